using System.Collections.Concurrent;
using Ftte.Http;
using Ftte.Store.CrashProbe;

namespace Ftte.Orleans.Tests;

/// <summary>Devices that call silos over HTTP, any of them, and send each update until it is answered.</summary>
internal sealed class DeviceLoad : IDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(20);

    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly ConcurrentDictionary<(ClientId Client, UpdateId Id), UpdateHeader> _sent = [];
    private readonly ConcurrentDictionary<(ClientId Client, UpdateId Id), UpdateOutcome> _accepted = [];
    private volatile HttpFederatedServer[] _servers = [];

    /// <summary>Gets all updates that were sent.</summary>
    public IReadOnlyDictionary<(ClientId Client, UpdateId Id), UpdateHeader> Sent => _sent;

    /// <summary>Gets the updates that were acknowledged.</summary>
    public IReadOnlyDictionary<(ClientId Client, UpdateId Id), UpdateOutcome> Accepted => _accepted;

    /// <summary>Changes the addresses that devices call.</summary>
    public void Use(IEnumerable<Uri> addresses) => _servers =
        [.. addresses.Select(address => new HttpFederatedServer(_http, address, Workload.Layout, new HttpFederatedServerOptions { Timeout = TimeSpan.FromSeconds(10), WorkWait = TimeSpan.Zero }))];

    /// <summary>Works until it is asked to stop, and then until the last update is answered.</summary>
    public Task RunAsync(int devices, CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, devices).Select(device => Task.Run(() => WorkAsync(device, stop), CancellationToken.None)));

    public void Dispose() => _http.Dispose();

    private async Task WorkAsync(int device, CancellationToken stop)
    {
        var random = new Random(device);
        var request = new CheckOutRequest(new ClientId($"d{device}"), 1 << 20, Workload.Layout.Fingerprint);
        float[] parameters = new float[Workload.Layout.ParameterCount];
        while (!stop.IsCancellationRequested)
        {
            CheckOutResponse response = await CallAsync(random, server => server.CheckOutAsync(request, parameters, CancellationToken.None), new CheckOutResponse(CheckOutOutcome.Busy));
            if (response.Assignment is not { } assignment)
            {
                Assert.Equal(CheckOutOutcome.Busy, response.Outcome);
                await PauseAsync();
                continue;
            }

            UpdateHeader header = assignment.CreateHeader(1);
            Assert.True(_sent.TryAdd((header.Client, header.Id), header), $"Assignment {header.Id} of client {header.Client} was issued twice.");
            using SparseUpdate update = Workload.Create(header);
            UpdateReceipt receipt;
            while ((receipt = await CallAsync(random, server => server.SubmitAsync(update, CancellationToken.None), new UpdateReceipt(UpdateOutcome.Busy, default))).Outcome is UpdateOutcome.Busy or UpdateOutcome.ClientQuota)
            {
                await PauseAsync();
            }

            Assert.True(receipt.IsAccepted, $"Update {header.Id} of client {header.Client} was answered with {receipt.Outcome}.");
            _accepted[(header.Client, header.Id)] = receipt.Outcome;
        }
    }

    /// <summary>Calls a random silo; a broken link counts as busy.</summary>
    private async Task<T> CallAsync<T>(Random random, Func<IFederatedServer, ValueTask<T>> call, T busy)
    {
        HttpFederatedServer[] servers = _servers;
        try
        {
            return await call(servers[random.Next(servers.Length)]);
        }
        catch (IOException)
        {
            return busy;
        }
    }

    private static Task PauseAsync() => Task.Delay(Retry, TimeProvider.System);
}
