using Ftte;
using Ftte.Http;
using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using Ftte.Wire;

namespace Cluster;

/// <summary>Runs devices that train. Each calls one silo, and another one if that does not answer.</summary>
/// <param name="addresses">The addresses of the silos.</param>
/// <param name="devices">The number of devices.</param>
internal sealed class DeviceGroup(IReadOnlyList<Uri> addresses, int devices)
{
    private static readonly TimeSpan RestartWait = TimeSpan.FromSeconds(1);

    private long _accepted;

    /// <summary>Gets the number of updates that were acknowledged.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Trains until the call is canceled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        await Task.WhenAll(Enumerable.Range(0, devices).Select(device => Task.Run(() => TrainAsync(http, device, cancellationToken), CancellationToken.None)));
    }

    private async Task TrainAsync(HttpClient http, int device, CancellationToken cancellationToken)
    {
        ulong seed = (ulong)device;
        using var trainer = new LocalTrainer(Training.Network, DeviceData.Generate(Training.Network, Training.Examples, seed + 1), new SgdOptions { LearningRate = Training.LearningRate, Seed = seed });
        for (int attempt = device; !cancellationToken.IsCancellationRequested; attempt++)
        {
            using var server = new HttpFederatedServer(http, addresses[attempt % addresses.Count], Training.Network.Layout, new HttpFederatedServerOptions { UploadFormat = ValueFormat.Int8, Timeout = RestartWait * 10, WorkWait = RestartWait });
            var client = new FederatedClient(server, trainer, new FederatedClientOptions { ClientId = new ClientId($"device-{device}"), MemoryBudgetBytes = long.MaxValue, MaxBackoff = RestartWait });
            try
            {
                await foreach (ClientRound round in client.RunRoundsAsync(cancellationToken))
                {
                    Interlocked.Add(ref _accepted, round.IsAccepted ? 1 : 0);
                    if (round.Error is IOException)
                    {
                        break;
                    }
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }
}
