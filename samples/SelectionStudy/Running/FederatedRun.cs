using System.Collections.Immutable;
using Ftte;
using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace SelectionStudy.Running;

/// <summary>Trains one selection over all devices, with the server and clients of production; only the order in which devices finish is drawn.</summary>
internal static class FederatedRun
{
    private const int Capacity = 10;
    private const int Concurrency = 30;
    private const ulong OrderStream = 0x4F72646572;

    /// <summary>Runs until so many updates were answered.</summary>
    /// <param name="network">The network.</param>
    /// <param name="start">The base model.</param>
    /// <param name="devices">The pictures of each device.</param>
    /// <param name="first">What is trained first.</param>
    /// <param name="again">How it is chosen again; null for never.</param>
    /// <param name="training">How devices train.</param>
    /// <param name="updates">How many updates.</param>
    /// <param name="seed">The seed of the order.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The last version.</returns>
    public static async Task<ModelSnapshot> RunAsync(
        Network network,
        ModelSnapshot start,
        ImmutableArray<Cifar10Examples> devices,
        SelectionResult first,
        ReselectionOptions? again,
        SgdOptions training,
        int updates,
        ulong seed,
        CancellationToken cancellationToken)
    {
        var selections = new SelectionHistory(first.Selection);
        var aggregator = new BufferedAggregator(start, selections, new BufferedAggregatorOptions { Capacity = Capacity, Concurrency = Concurrency });
        var settings = new FederatedServerOptions { MaxConcurrency = Concurrency, RequiredMemoryBytes = first.Certificate.Timeline.PeakBytes, Seed = seed };
        await using var server = new FederatedServer(aggregator, selections, settings, reselection: again);
        var random = new SeededRandom(seed, OrderStream);
        var idle = Enumerable.Range(0, devices.Length).ToList();
        var atWork = new List<Work>();
        try
        {
            // One that diverged and was rejected counts as well: the device has spent it.
            for (int answered = 0; answered < updates; answered++)
            {
                while (atWork.Count < Concurrency)
                {
                    atWork.Add(Begin(Draw(idle, ref random)));
                }

                Work done = Draw(atWork, ref random);
                done.Link.Open();
                await done.Round;
                done.Trainer.Dispose();
                idle.Add(done.Device);
            }
        }
        finally
        {
            foreach (Work work in atWork)
            {
                work.Link.Open();
                await work.Round;
                work.Trainer.Dispose();
            }
        }

        return server.Current;

        // Trains at once, on this thread; only the update waits.
        Work Begin(int device)
        {
            var link = new GatedLink(server);
            var trainer = new LocalTrainer(network, devices[device], training);
            var client = new FederatedClient(link, trainer, new FederatedClientOptions
            {
                ClientId = new ClientId($"device{device}"),
                MemoryBudgetBytes = long.MaxValue,
                AllowProbes = false,
            });
            return new Work(device, link, trainer, client.RunOnceAsync(cancellationToken).AsTask());
        }
    }

    private static T Draw<T>(List<T> items, ref SeededRandom random)
    {
        int at = random.NextInt(items.Count);
        T drawn = items[at];
        items.RemoveAt(at);
        return drawn;
    }

    private sealed record Work(int Device, GatedLink Link, LocalTrainer Trainer, Task<ClientRound> Round);
}
