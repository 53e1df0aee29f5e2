namespace Ftte.PublicApi.Tests;

/// <summary>What a framework author can do: every contract implemented with the public API alone, and all of them working together.</summary>
public class OutsiderTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(("weight", [2]), ("bias", [1]));

    [Fact]
    public async Task A_federation_of_nothing_but_own_parts_trains_a_model()
    {
        SelectionResult chosen = new EverythingSelector().Select(Request());
        var selections = new SelectionHistory(chosen.Selection);
        var aggregator = new RunningAverage(new ModelSnapshot(Layout, default, [0, 0, 0]), selections, new HalfForTheOld());
        await using var server = new FederatedServer(aggregator, selections);
        var link = new CountingLink(server);
        var client = new FederatedClient(link, new TowardsOne(Layout), new FederatedClientOptions { ClientId = new ClientId("own"), MemoryBudgetBytes = 1000 });
        for (int i = 0; i < 5; i++)
        {
            ClientRound round = await client.RunOnceAsync();
            Assert.Equal(UpdateOutcome.Published, round.Receipt?.Outcome);
        }

        Assert.Equal((5, 5), (link.CheckOuts, link.Submissions));
        Assert.Equal(5, server.Current.Version.Number);
        Assert.All(server.Current.Parameters.ToArray(), value => Assert.Equal(1 - Math.Pow(.5, 5), value, 1e-6));
    }

    [Fact]
    public async Task Own_weighting_works_in_the_reference_aggregator()
    {
        var selections = new SelectionHistory(ParameterSelection.Full(Layout));
        var options = new BufferedAggregatorOptions { Capacity = 1, Weighting = new HalfForTheOld() };
        var aggregator = new BufferedAggregator(new ModelSnapshot(Layout, new ModelVersion(3), [0, 0, 0]), selections, options);
        var header = new UpdateHeader(new ClientId("c"), new UpdateId(1), Layout.Fingerprint, new ModelVersion(2), default, 1);
        using var update = SparseUpdate.Create(header, [2, 2, 2]);
        UpdateReceipt receipt = await aggregator.AggregateAsync(update);
        Assert.Equal(.5, receipt.Weight);
        Assert.Equal([1, 1, 1], aggregator.Current.Parameters.ToArray());
    }

    private static SelectionRequest Request()
    {
        var choice = new TrainingChoice("all", [new ParameterRange(0, 3)], SavedBytes: 8);
        var profile = new TrainingProfile(Layout, residentBytes: 12, [new TrainingStep("linear", 16, 16, 8, 0, [choice])]);
        return new SelectionRequest(profile, new BlockImportance(Layout, 1, 1), MemoryBudgetBytes: 100);
    }

    /// <summary>Selects everything, whatever it costs.</summary>
    private sealed class EverythingSelector : IParameterSelector
    {
        public SelectionResult Select(SelectionRequest request) => SelectionResult.Create(request, 0);
    }

    private sealed class HalfForTheOld : IStalenessWeighting
    {
        public double GetWeight(in UpdateStatistics statistics) => statistics.Age == 0 ? 1 : .5;
    }

    /// <summary>Publishes after every update, the simplest aggregator there is.</summary>
    private sealed class RunningAverage(ModelSnapshot start, SelectionHistory selections, IStalenessWeighting weighting) : IAsyncAggregator
    {
        private ModelSnapshot _current = start;

        public ModelSnapshot Current => Volatile.Read(ref _current);

        public ValueTask<UpdateReceipt> AggregateAsync(SparseUpdate update, CancellationToken cancellationToken = default)
        {
            if (!selections.TryGet(update.Header.SelectionVersion, out ParameterSelection? selection))
            {
                return new(new UpdateReceipt(UpdateOutcome.UnknownSelection, Current.Version));
            }

            UpdateMoments moments = update.Moments;
            double weight = weighting.GetWeight(new UpdateStatistics(
                Current.Version - update.Header.BaseVersion, moments.Variance, double.NaN, moments.Norm, update.Header.ExampleCount));
            float[] next = Current.Parameters.ToArray();
            selection.AddScaled(update.Values.Span, (float)weight, next);
            Volatile.Write(ref _current, ModelSnapshot.TakeOver(Current.Layout, Current.Version.Next, next, selection));
            return new(new UpdateReceipt(UpdateOutcome.Published, Current.Version, weight));
        }

        public ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default) => default;
    }

    /// <summary>Moves every selected parameter half-way to 1.</summary>
    private sealed class TowardsOne(ParameterLayout layout) : ILocalTrainer
    {
        public ParameterLayout Layout => layout;

        public ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default)
        {
            var packed = new float[assignment.Selection.Count];
            assignment.Selection.Gather(parameters.Span, packed);
            return new(SparseUpdate.Create(assignment.CreateHeader(exampleCount: 1), [.. packed.Select(p => (1 - p) / 2)]));
        }
    }

    /// <summary>A transport that only counts.</summary>
    private sealed class CountingLink(IFederatedServer server) : IFederatedServer
    {
        public int CheckOuts { get; private set; }

        public int Submissions { get; private set; }

        public ValueTask<CheckOut> CheckOutAsync(DeviceProfile device, Memory<float> parameters, CancellationToken cancellationToken = default)
        {
            CheckOuts++;
            return server.CheckOutAsync(device, parameters, cancellationToken);
        }

        public ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
        {
            Submissions++;
            return server.SubmitAsync(update, cancellationToken);
        }
    }
}
