using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>The status of a server, for health checks and status pages.</summary>
public sealed class ServerStatusTests
{
    [Fact]
    public async Task The_status_is_that_of_the_moment()
    {
        await using ServerBench bench = Adding(new() { QueueCapacity = 7 });
        await bench.Round("a");
        bench.Time.Advance(TimeSpan.FromSeconds(5));
        await bench.Assignment("b");

        FederatedServerStatus status = bench.Server.Status;

        Assert.Equal((new ModelVersion(1), TimeSpan.FromSeconds(5), 0, 7), (status.Version, status.SincePublication, status.QueueLength, status.QueueCapacity));
        Assert.Equal((1, 0, 2, false, false), (status.DevicesAtWork, status.WaitingClients, status.KnownClients, status.IsStopped, status.IsTrainingEnded));
        Assert.Null(status.StoreFault);
        Assert.Null(status.LatestRefusal);
        await bench.Server.DisposeAsync();
        Assert.True(bench.Server.Status.IsStopped);
    }

    [Fact]
    public async Task Clients_are_listed_with_what_they_do_most_recently_seen_first()
    {
        await using ServerBench bench = Adding(new() { MaxAssignmentsPerVersion = 2 }, capacity: 2, evaluation: new() { Devices = 1 });
        await bench.CheckOutResponse(Device("evaluates") with { CanEvaluate = true });
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        await bench.Round("waits");
        bench.Time.Advance(TimeSpan.FromSeconds(2));
        await bench.Assignment("trains");
        bench.Time.Advance(TimeSpan.FromSeconds(4));
        await bench.CheckOutResponse("idle");

        Assert.Equal(
        [
            new(new ClientId("idle"), ClientActivity.Idle, TimeSpan.Zero, null),
            new(new ClientId("trains"), ClientActivity.Training, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4)),
            new(new ClientId("waits"), ClientActivity.AwaitingVersion, TimeSpan.FromSeconds(6), null),
            new(new ClientId("evaluates"), ClientActivity.Evaluating, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7)),
        ], bench.Server.GetClients(9).ToArray());
        Assert.Equal(["idle", "trains"], bench.Server.GetClients(2).Select(client => client.Client.Value));
        Assert.Throws<ArgumentOutOfRangeException>(() => bench.Server.GetClients(0));
    }
}
