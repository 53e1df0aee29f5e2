using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Ftte.Diagnostics;
using Ftte.Selection;
using static Ftte.Tests.ClientBench;

namespace Ftte.Tests.Diagnostics;

/// <summary>Metrics of a device, by their public names.</summary>
public sealed class ClientMetricsTests
{
    // The instruments are shared by all clients of the process, and other tests run at the same time.
    private static readonly AsyncLocal<ConcurrentQueue<(string Instrument, double Value, KeyValuePair<string, object?>[] Tags)>?> Own = new();

    private static readonly string[] Names =
    [
        FtteDiagnostics.ClientRounds, FtteDiagnostics.ClientCheckOutDuration, FtteDiagnostics.ClientTrainDuration, FtteDiagnostics.ClientSubmitDuration,
        FtteDiagnostics.ClientRetries, FtteDiagnostics.ClientLinkFailures, FtteDiagnostics.ClientConsecutiveFailures, FtteDiagnostics.ClientAcceptedVersion,
    ];

    [Fact]
    public async Task A_device_measures_rounds_durations_retries_failures_and_the_accepted_version()
    {
        using MeterListener listener = Listen();
        var bench = new ClientBench(o => (o.Jitter, o.MaxSubmitAttempts) = (0, 3));
        bench.CheckOuts(
            () => throw new IOException("no route"),
            () => throw new IOException("no route"),
            () => Refusal(CheckOutOutcome.Busy, 1),
            () => bench.Assign(bench.Server.Devices.Last(), new float[12], version: 6),
            () => null,
            () => Refusal(CheckOutOutcome.Stopped));
        bench.Receipts(() => Receipt(UpdateOutcome.Busy, 7), () => Receipt(UpdateOutcome.Published), () => throw new IOException("cut off"));

        await bench.Client.RunAsync();

        Assert.Equal(["LinkBroken", "LinkBroken", "Busy", "Published", "LinkBroken", "Stopped"], Seen(FtteDiagnostics.ClientRounds).Select(m => Assert.Single(m.Tags).Value));
        Assert.Equal([0, 0, 0, 0, 0, 0], Values(FtteDiagnostics.ClientCheckOutDuration));
        Assert.Equal([0, 0], Values(FtteDiagnostics.ClientTrainDuration));
        Assert.Equal([7, 3], Values(FtteDiagnostics.ClientSubmitDuration));
        Assert.Equal([1, 2], Values(FtteDiagnostics.ClientRetries));
        Assert.Equal(5, Values(FtteDiagnostics.ClientLinkFailures).Sum());
        Assert.Equal([1, 2, 0, 1, 2, 3, 0], Values(FtteDiagnostics.ClientConsecutiveFailures));
        Assert.Equal([6], Values(FtteDiagnostics.ClientAcceptedVersion));
        Assert.Equal([FtteDiagnostics.OutcomeTag], Own.Value!.SelectMany(m => m.Tags).Select(t => t.Key).Distinct());
    }

    [Fact]
    public async Task Work_that_takes_more_memory_than_the_device_has_is_counted_as_such()
    {
        using MeterListener listener = Listen();
        var bench = new ClientBench();
        bench.CheckOuts(() => null, () => Refusal(CheckOutOutcome.Stopped));
        bench.Trainer.OnTrain = _ => throw new BudgetTooSmallException(1000, 2000);

        await bench.Client.RunAsync();

        Assert.Equal([FtteDiagnostics.BudgetTooSmallOutcome, "Stopped"], Seen(FtteDiagnostics.ClientRounds).Select(m => Assert.Single(m.Tags).Value));
        Assert.Equal(0, Values(FtteDiagnostics.ClientLinkFailures).Sum());
        Assert.Empty(Values(FtteDiagnostics.ClientTrainDuration));
    }

    [Fact]
    public async Task An_outcome_without_a_name_is_counted_as_other()
    {
        using MeterListener listener = Listen();
        var bench = new ClientBench();
        bench.Receipts(() => Receipt((UpdateOutcome)200));

        await bench.Client.RunOnceAsync();

        Assert.Equal(["Other"], Seen(FtteDiagnostics.ClientRounds).Select(m => Assert.Single(m.Tags).Value));
    }

    private static IEnumerable<(string Instrument, double Value, KeyValuePair<string, object?>[] Tags)> Seen(string instrument) => Own.Value!.Where(m => m.Instrument == instrument);

    private static IEnumerable<double> Values(string instrument) => Seen(instrument).Select(m => m.Value);

    private static MeterListener Listen()
    {
        Own.Value = [];
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == FtteDiagnostics.MeterName && Names.Contains(instrument.Name))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Own.Value?.Enqueue((instrument.Name, value, tags.ToArray())));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Own.Value?.Enqueue((instrument.Name, value, tags.ToArray())));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Own.Value?.Enqueue((instrument.Name, value, tags.ToArray())));
        listener.Start();
        return listener;
    }
}
