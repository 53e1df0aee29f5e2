using Ftte;
using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Simulation.Randomness;
using Microsoft.Extensions.Time.Testing;

namespace Quickstart;

/// <summary>
/// Trains with one method over all devices in virtual time. Devices compute in parallel on the real cores, but their updates arrive one by one, in the
/// order of the virtual clock, so a seed gives the same run on any machine.
/// </summary>
internal static class VirtualRun
{
    /// <summary>Runs until the virtual time is up, looking at new versions of the model, though not all: they come faster than they can be tested.</summary>
    /// <param name="method">What is run.</param>
    /// <param name="start">The base model.</param>
    /// <param name="devices">The devices' specifications.</param>
    /// <param name="createTrainer">Makes the trainer of the device with that index.</param>
    /// <param name="settings">Local epochs, virtual time, when to look, seed.</param>
    /// <param name="evaluate">Gives a model's accuracy, 0 to 1.</param>
    /// <param name="track">Is told how far the run is.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    public static async Task<RunRecorder> RunAsync(
        Method method,
        ModelSnapshot start,
        IReadOnlyList<DeviceSpec> devices,
        Func<int, ILocalTrainer> createTrainer,
        RunSettings settings,
        Func<ModelSnapshot, double> evaluate,
        ProgressTrack track,
        CancellationToken cancellationToken)
    {
        var clock = new FakeTimeProvider();
        DateTimeOffset begin = clock.GetUtcNow();
        var selections = new SelectionHistory(method.Selection);
        var aggregator = new BufferedAggregator(start, selections, method.Aggregation);
        await using var server = new FederatedServer(aggregator, selections, method.Server, time: clock);
        var recorder = new RunRecorder(method.Name);
        var all = new List<VirtualDevice>();
        for (int i = 0; i < devices.Count; i++)
        {
            var link = new WireLink(server, start.Layout.ParameterCount, method.Down, method.Up);
            all.Add(new VirtualDevice(devices[i], link, createTrainer(i), settings.Epochs, settings.Seed, clock, cancellationToken));
        }

        // Whoever has waited longest asks first; the order of the first is drawn.
        var random = new SeededRandom(settings.Seed, DrawStream);
        VirtualDevice[] drawn = [.. all];
        random.Shuffle<VirtualDevice>(drawn);
        var idle = new Queue<VirtualDevice>(drawn);
        var atWork = new PriorityQueue<VirtualDevice, (TimeSpan Arrival, int Order)>();
        int started = 0;
        Look();
        await StartIdleAsync();
        while (atWork.TryDequeue(out VirtualDevice? device, out var due) && due.Arrival <= settings.VirtualTime)
        {
            cancellationToken.ThrowIfCancellationRequested();
            clock.SetUtcNow(begin + due.Arrival);
            UpdateReceipt receipt = await device.ArriveAsync();
            idle.Enqueue(device);
            if (receipt.Outcome == UpdateOutcome.Published && due.Arrival - recorder.Points[^1].Time >= settings.LookEvery)
            {
                Look();
            }

            await StartIdleAsync();
        }

        track.Finish(State());
        return recorder;

        // Sends idle devices to the server until it has as many at work as it wants.
        async Task StartIdleAsync()
        {
            while (idle.TryPeek(out VirtualDevice? device) && await device.TryStartAsync())
            {
                idle.Dequeue();
                atWork.Enqueue(device, (clock.GetUtcNow() - begin + device.Duration, started++));
            }
        }

        void Look()
        {
            ModelSnapshot model = server.Current;
            TimeSpan now = clock.GetUtcNow() - begin;
            recorder.Add(new RunPoint(now, model.Version.Number, evaluate(model), all.Sum(d => d.Link.BytesUp), all.Sum(d => d.Link.BytesDown)));
            track.Report(now / settings.VirtualTime, State());
        }

        string State() => $"{Units.Duration(recorder.Points[^1].Time)}, version {recorder.Points[^1].Version}, {Units.Percent(recorder.Points[^1].Accuracy)}";
    }

    private const ulong DrawStream = 0x44726177;
}

/// <summary>What holds for every method of a comparison.</summary>
/// <param name="Epochs">How often a device goes through its examples in one round.</param>
/// <param name="VirtualTime">How long the run lasts.</param>
/// <param name="LookEvery">The least time between two looks at the model.</param>
/// <param name="Seed">What every random choice is made from.</param>
internal sealed record RunSettings(int Epochs, TimeSpan VirtualTime, TimeSpan LookEvery, ulong Seed);
