using Microsoft.Extensions.Time.Testing;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests;

/// <summary>Connections that are disturbed anywhere: in headers, downloads, uploads and answers.</summary>
public sealed class FaultTests
{
    private const int Rounds = 4;

    // After the handshake of TLS, and often before the end of an exchange of about 80 KB in each direction.
    private const int MinBytes = 4_000, MaxBytes = 150_000;

    private static ParameterLayout Layout { get; } = ParameterLayout.Create(("all", [20_000]));

    [Theory]
    [InlineData(ProxyFault.Cut, true)]
    [InlineData(ProxyFault.Cut, false)]
    [InlineData(ProxyFault.Delay, true)]
    [InlineData(ProxyFault.Delay, false)]
    [InlineData(ProxyFault.HalfClose, true)]
    [InlineData(ProxyFault.HalfClose, false)]
    [InlineData(ProxyFault.Stall, true)]
    [InlineData(ProxyFault.Stall, false)]
    [InlineData(ProxyFault.Truncate, true)]
    [InlineData(ProxyFault.Truncate, false)]
    public async Task A_device_continues_after_a_fault_and_no_update_counts_twice(ProxyFault fault, bool isUpload)
    {
        await using FederatedServer server = CreateServer(Layout);
        var counting = new CountingServer(server);
        await using TestCoordinator coordinator = await StartAsync(counting, Layout);

        int faults = await TrainAsync(coordinator.Address, "a", ConnectionFault.FromSeed(7, MinBytes, MaxBytes, isUpload, fault));

        Assert.True(faults > 0, "No connection was disturbed.");
        AssertEachCountsOnce(counting, Rounds);
    }

    [Fact]
    public async Task Devices_continue_after_faults_of_every_kind_in_the_handshake_too()
    {
        const int Devices = 3;
        await using FederatedServer server = CreateServer(Layout);
        var counting = new CountingServer(server);
        await using TestCoordinator coordinator = await StartAsync(counting, Layout);

        int[] faults = await Task.WhenAll(Enumerable.Range(0, Devices).Select(device => Task.Run(() => TrainAsync(
            coordinator.Address,
            $"device-{device}",
            ConnectionFault.FromSeed(device, 0, 60_000, faults: [ProxyFault.Cut, ProxyFault.Delay, ProxyFault.HalfClose, ProxyFault.Truncate])))));

        Assert.True(faults.Sum() > Devices, $"Only {faults.Sum()} connections were disturbed.");
        AssertEachCountsOnce(counting, Devices * Rounds);
    }

    /// <summary>Checks that the model is the sum of the updates that were published, each once: a receipt that was lost is answered as a duplicate.</summary>
    private static void AssertEachCountsOnce(CountingServer counting, int minUpdates)
    {
        Assert.Equal(counting.Published.Count, counting.Published.Distinct().Count());
        Assert.Equal(counting.Published.Count, counting.Current.Version.Number);
        Assert.Equal(counting.Current.Version.Number, counting.Current.Parameters.Span[0]);
        Assert.True(counting.Published.Count >= minUpdates);
    }

    /// <summary>Trains until enough updates were accepted; returns the number of faults.</summary>
    private static async Task<int> TrainAsync(Uri address, string device, Func<int, ConnectionFault> plan)
    {
        // A stalled connection makes no progress: time passes until the device gives up.
        var time = new FakeTimeProvider();
        using var proxy = new FaultyProxy(address, plan, fault => time.Advance(fault == ProxyFault.Stall ? TimeSpan.FromHours(1) : TimeSpan.Zero));
        using HttpClient http = CreateClient();
        using var link = new HttpFederatedServer(http, proxy.Address, Layout, new HttpFederatedServerOptions { TransferBackoff = TimeSpan.Zero }, time);
        var client = new FederatedClient(link, new StepTrainer(Layout), new FederatedClientOptions
        {
            ClientId = new ClientId(device),
            MemoryBudgetBytes = 1,
            InitialBackoff = TimeSpan.FromTicks(1),
            MaxBackoff = TimeSpan.FromTicks(1),
            MaxSubmitAttempts = 100,
        });
        int accepted = 0;
        await foreach (ClientRound round in client.RunRoundsAsync())
        {
            accepted += round.IsAccepted ? 1 : 0;
            if (accepted == Rounds)
            {
                break;
            }
        }

        return proxy.Faults;
    }
}
