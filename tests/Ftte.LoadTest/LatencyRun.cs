using Ftte.Http;
using Ftte.Wire;

namespace Ftte.LoadTest;

/// <summary>Measures rounds without training: two devices check out, download, and submit, and the second update completes a version.</summary>
internal sealed class LatencyRun(Workload workload, Deployment deployment, TimeProvider time, TextWriter log)
{
    private const int WarmUp = 20;

    // The same small change in every round, so that any number of rounds keeps the model within the limits of the rule.
    private readonly float[] _change = [.. Enumerable.Range(0, workload.Parameters).Select(i => i % 2 == 0 ? 1e-4f : -2e-4f)];

    /// <summary>Measures rounds, after a few that do not count, until the token is canceled.</summary>
    public async Task<LatencyResult> RunAsync(int rounds, CancellationToken cancellationToken)
    {
        SimulatedDevice[] devices = [.. Enumerable.Range(0, workload.Devices).Select(number => new SimulatedDevice(number))];
        HttpClient[] clients = [.. devices.Select((_, i) => deployment.CreateClient(i))];
        HttpFederatedServer[] servers = [.. clients.Select(client => new HttpFederatedServer(client, client.BaseAddress!, workload.Layout, new HttpFederatedServerOptions { UploadFormat = ValueFormat.Int8 }))];
        for (int i = 0; i < devices.Length; i++)
        {
            clients[i].DefaultRequestHeaders.TryAddWithoutValidation("Authorization", devices[i].Token);
        }

        var latencies = new Latencies();
        for (int round = -WarmUp; round < rounds && !cancellationToken.IsCancellationRequested; round++)
        {
            long began = time.GetTimestamp();
            UpdateReceipt[] receipts = await Task.WhenAll(devices.Zip(servers, TakePartAsync));
            TimeSpan elapsed = time.GetElapsedTime(began);
            if (receipts.Count(receipt => receipt.Outcome == UpdateOutcome.Published) != 1)
            {
                throw new IOException($"Round {round} did not publish one version: {string.Join(", ", receipts)}.");
            }

            if (round >= 0)
            {
                latencies.Add(elapsed);
            }

            if (round >= 0 && round % 100 == 99)
            {
                log.WriteLine(FormattableString.Invariant($"{round + 1:N0} of {rounds:N0} rounds, median {latencies.Quantile(0.5)} ms, {elapsed.TotalSeconds * (rounds - round - 1):N1} s left"));
            }
        }

        Array.ForEach(servers, server => server.Dispose());
        Array.ForEach(clients, client => client.Dispose());
        return new LatencyResult(latencies.Count, latencies.Quantile(0.5), latencies.Quantile(0.99));
    }

    private async Task<UpdateReceipt> TakePartAsync(SimulatedDevice device, HttpFederatedServer server)
    {
        float[] parameters = new float[workload.Parameters];
        CheckOutResponse response = await server.CheckOutAsync(
            new CheckOutRequest(device.Client, 1 << 20, workload.Layout.Fingerprint, device.Held?.Version, HeldFingerprint: device.Held?.Fingerprint ?? 0), parameters, CancellationToken.None);
        TrainingAssignment assignment = response.Assignment ?? throw new IOException($"The coordinator assigned no work: {response.Outcome}.");
        device.Held = (assignment.Version, assignment.ModelFingerprint);
        using SparseUpdate update = SparseUpdate.Create(assignment.CreateHeader(1), _change);
        return await server.SubmitAsync(update, CancellationToken.None);
    }
}
