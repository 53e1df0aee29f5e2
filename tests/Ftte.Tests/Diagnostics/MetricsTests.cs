using System.Diagnostics.Metrics;
using Ftte.Diagnostics;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests.Diagnostics;

/// <summary>Metrics of a server, by their public names.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task Updates_and_check_outs_are_counted_by_their_outcome()
    {
        await using ServerBench bench = Adding(new FederatedServerOptions { MaxConcurrency = 1 });
        using var seen = new Measurements(bench.Server);
        TrainingAssignment assignment = await bench.Assignment("a");
        await bench.CheckOutResponse("b");
        await bench.Submit(assignment);
        await bench.Submit(assignment);
        await bench.Submit((await bench.Assignment("c")).CreateHeader(1), count: 1);

        Assert.Equal(["Assigned", "Busy", "Assigned"], seen.Tags(FtteDiagnostics.CheckOuts));
        Assert.Equal(["Published", "Duplicate", "LengthMismatch"], seen.Tags(FtteDiagnostics.Updates));
        Assert.Equal([1], seen.Values(FtteDiagnostics.Publications));
    }

    [Fact]
    public async Task Ages_and_weights_are_of_accepted_updates_and_durations_of_all()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator);
        using var seen = new Measurements(bench.Server);
        UpdateOutcome outcome = UpdateOutcome.Published;
        aggregator.OnAggregate = (_, _) =>
        {
            bench.Time.Advance(TimeSpan.FromMilliseconds(250));
            if (outcome == UpdateOutcome.Published)
            {
                aggregator.Publish(A);
            }

            return new(aggregator.Answer(outcome) with { Weight = 0.5 });
        };
        UpdateHeader[] headers = [.. new[] { "a", "b", "c", "d" }.Select(client => bench.AssignedHeader(client))];
        await bench.Submit(headers[0]);
        await bench.Submit(headers[1]);
        await bench.Submit(headers[2]);
        outcome = UpdateOutcome.TooStale;
        await bench.Submit(headers[3]);

        Assert.Equal([0, 1, 2], seen.Values(FtteDiagnostics.UpdateAge));
        Assert.Equal([0.5, 0.5, 0.5], seen.Values(FtteDiagnostics.UpdateWeight));
        Assert.Equal([0.25, 0.25, 0.25, 0.25], seen.Values(FtteDiagnostics.FoldDuration));
    }

    [Fact]
    public async Task Queue_and_leases_are_measured_when_looked_at()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator);
        using var seen = new Measurements(bench.Server);
        var gate = new Gate();
        aggregator.OnAggregate = async (_, _) =>
        {
            await gate.PassAsync();
            return aggregator.Answer(UpdateOutcome.Buffered);
        };
        await bench.Assignment("x");
        await bench.Assignment("y");
        Task<UpdateReceipt> folding = bench.Submit("a");
        await gate.Arrived;
        Task<UpdateReceipt> waiting = bench.Submit("b");
        seen.Look();
        gate.Open();
        await Task.WhenAll(folding, waiting);
        bench.Time.Advance(TimeSpan.FromMinutes(10));
        seen.Look();

        Assert.Equal([1, 0], seen.Values(FtteDiagnostics.QueueLength));
        Assert.Equal([4, 0], seen.Values(FtteDiagnostics.Leases));
    }

    [Fact]
    public async Task An_outcome_without_a_name_is_counted_as_other()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator);
        using var seen = new Measurements(bench.Server);
        aggregator.OnAggregate = (_, _) => new(aggregator.Answer((UpdateOutcome)200));

        await bench.Submit("a");

        Assert.Equal(["Other"], seen.Tags(FtteDiagnostics.Updates));
    }

    [Fact]
    public async Task Every_public_name_is_an_instrument_and_no_tag_but_the_outcome_exists()
    {
        await using ServerBench bench = Adding();
        using var seen = new Measurements(bench.Server);
        await bench.Round("a");
        seen.Look();

        string[] names =
        [
            FtteDiagnostics.Updates, FtteDiagnostics.Publications, FtteDiagnostics.UpdateAge, FtteDiagnostics.UpdateWeight,
            FtteDiagnostics.FoldDuration, FtteDiagnostics.QueueLength, FtteDiagnostics.Leases, FtteDiagnostics.CheckOuts,
            FtteDiagnostics.WaitingClients, FtteDiagnostics.PublicationAge,
        ];
        string[] seldom = [FtteDiagnostics.Refusals, FtteDiagnostics.Stalls];
        Assert.Equal(names.Concat(seldom).Order(), seen.Instruments.Order());
        Assert.All(names, name => Assert.NotEmpty(seen.Values(name)));
        Assert.Equal([FtteDiagnostics.OutcomeTag], seen.TagNames);
    }

    /// <summary>Everything that one server measured.</summary>
    [Fact]
    public async Task Evaluations_are_measured_by_metric_and_quantile()
    {
        await using ServerBench bench = Adding(evaluation: new EvaluationOptions { Devices = 2 });
        using var seen = new Measurements(bench.Server);
        foreach ((string client, float[] values) in new[] { ("a", new[] { 1f, 0.5f }), ("b", [3f, 1]) })
        {
            TrainingAssignment asked = (await bench.CheckOutResponse(Device(client) with { CanEvaluate = true })).Assignment!;
            using SparseUpdate update = SparseUpdate.Create(asked.CreateHeader(1), values);
            await bench.Server.SubmitAsync(update);
        }

        Assert.Equal([1], seen.Values(FtteDiagnostics.Evaluations));
        Assert.Equal([2], seen.Values(FtteDiagnostics.EvaluationAnswers));
        Assert.Equal(["loss", "accuracy"], seen.Tags(FtteDiagnostics.EvaluationMean));
        Assert.Equal([2, 0.75], seen.Values(FtteDiagnostics.EvaluationMean));
        Assert.Equal([1, 1, 3, 0.5, 0.5, 1], seen.Values(FtteDiagnostics.EvaluationQuantile));
        Assert.Equal(seen.AllTags(FtteDiagnostics.EvaluationQuantile), seen.AllTags(FtteDiagnostics.EvaluationMaxFalseAnswers));
    }

    [Fact]
    public async Task The_number_of_false_answers_that_a_quantile_tolerates_is_measured()
    {
        await using ServerBench bench = Adding(evaluation: new EvaluationOptions { Devices = 20 });
        using var seen = new Measurements(bench.Server);
        for (int i = 0; i < 20; i++)
        {
            TrainingAssignment asked = (await bench.CheckOutResponse(Device($"d{i}") with { CanEvaluate = true })).Assignment!;
            using SparseUpdate update = SparseUpdate.Create(asked.CreateHeader(1), [1, 0.5f]);
            await bench.Server.SubmitAsync(update);
        }

        Assert.Equal([1, 9, 2, 1, 9, 2], seen.Values(FtteDiagnostics.EvaluationMaxFalseAnswers));
    }

    [Fact]
    public async Task Evaluations_are_measured_by_group()
    {
        await using ServerBench bench = Adding(evaluation: new EvaluationOptions { Devices = 2, GroupOf = client => client.Value == "a" ? "watch" : null });
        using var seen = new Measurements(bench.Server);
        foreach ((string client, float[] values) in new[] { ("a", new[] { 1f, 0.5f }), ("b", [3f, 1]) })
        {
            TrainingAssignment asked = (await bench.CheckOutResponse(Device(client) with { CanEvaluate = true })).Assignment!;
            using SparseUpdate update = SparseUpdate.Create(asked.CreateHeader(1), values);
            await bench.Server.SubmitAsync(update);
        }

        Assert.Equal([2, 1, 0.75, 0.5], seen.Values(FtteDiagnostics.EvaluationMean));
        Assert.Equal(["loss", "loss watch", "accuracy", "accuracy watch"], seen.AllTags(FtteDiagnostics.EvaluationMean));
        Assert.Equal(["accuracy watch 0.1", "accuracy watch 0.5", "accuracy watch 0.9"], seen.AllTags(FtteDiagnostics.EvaluationQuantile).TakeLast(3));
        Assert.Contains(FtteDiagnostics.GroupTag, seen.TagNames);
        Assert.Contains(bench.Log.Written, line => line.Text == "Information: Group watch in the evaluation of version v0: 1 answers, loss 1.");
    }

    private sealed class Measurements : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Lock _lock = new();
        private readonly List<(string Instrument, double Value, KeyValuePair<string, object?>[] Tags)> _all = [];

        public Measurements(FederatedServer server)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter, server.Metrics.Meter))
                {
                    Assert.Equal(FtteDiagnostics.MeterName, instrument.Meter.Name);
                    Instruments.Add(instrument.Name);
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.Start();
        }

        public List<string> Instruments { get; } = [];

        public IEnumerable<string> TagNames => _all.SelectMany(m => m.Tags).Select(t => t.Key).Distinct();

        public IEnumerable<double> Values(string instrument) => _all.Where(m => m.Instrument == instrument).Select(m => m.Value);

        public IEnumerable<object?> Tags(string instrument) => _all.Where(m => m.Instrument == instrument).Select(m => Assert.Single(m.Tags).Value);

        public IEnumerable<string> AllTags(string instrument) => _all.Where(m => m.Instrument == instrument).Select(m => string.Join(' ', m.Tags.Select(tag => tag.Value)));

        public void Look() => _listener.RecordObservableInstruments();

        public void Dispose() => _listener.Dispose();

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            lock (_lock)
            {
                _all.Add((instrument.Name, value, tags.ToArray()));
            }
        }
    }
}
