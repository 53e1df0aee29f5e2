using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>A device that works longer than a lease keeps its place.</summary>
public sealed class LeaseRenewalTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task A_renewed_lease_ends_a_whole_duration_later()
    {
        await using ServerBench bench = Adding(new() { MaxConcurrency = 1, LeaseDuration = Lease });
        TrainingAssignment slow = await bench.Assignment("slow");
        bench.Time.Advance(Lease * 0.9);
        Assert.True(await RenewAsync(bench, slow));
        bench.Time.Advance(Lease * 0.9);
        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse("other")).Outcome);
        bench.Time.Advance(Lease * 0.1);

        Assert.Equal(CheckOutOutcome.Assigned, (await bench.CheckOutResponse("other")).Outcome);
        Assert.False(await RenewAsync(bench, slow));
        Assert.Equal(UpdateOutcome.Published, (await bench.Submit(slow)).Outcome);
    }

    [Fact]
    public async Task A_renewed_lease_ends_after_leases_that_were_issued_later()
    {
        await using ServerBench bench = Adding(new() { LeaseDuration = Lease });
        TrainingAssignment first = await bench.Assignment("first");
        bench.Time.Advance(Lease * 0.5);
        await bench.Assignment("second");
        Assert.True(await RenewAsync(bench, first));
        bench.Time.Advance(Lease * 0.5);
        Assert.True(await RenewAsync(bench, first));
        bench.Time.Advance(Lease * 0.5);

        Assert.Equal(
            [("second", ClientActivity.Idle), ("first", ClientActivity.Training)],
            bench.Server.GetClients(9).OrderByDescending(client => client.Client.Value).Select(client => (client.Client.Value, client.Activity)));
        Assert.Equal(1, bench.Server.Status.DevicesAtWork);
    }

    [Fact]
    public async Task A_lease_is_not_renewed_more_often_than_the_options_allow()
    {
        await using ServerBench bench = Adding(new() { MaxLeaseRenewals = 2 });
        TrainingAssignment hangs = await bench.Assignment("hangs");

        Assert.True(await RenewAsync(bench, hangs));
        Assert.True(await RenewAsync(bench, hangs));
        Assert.False(await RenewAsync(bench, hangs));
    }

    [Fact]
    public async Task Rounds_do_not_wait_for_slow_devices()
    {
        await using ServerBench bench = Adding(new() { MaxAssignmentsPerVersion = 3 });

        Assert.False(await RenewAsync(bench, await bench.Assignment("slow")));
    }

    [Fact]
    public async Task Only_the_current_assignment_of_a_client_is_renewed()
    {
        await using ServerBench bench = Adding();
        TrainingAssignment lost = await bench.Assignment("a");
        TrainingAssignment current = await bench.Assignment("a");
        TrainingAssignment other = await bench.Assignment("b");

        Assert.False(await RenewAsync(bench, lost));
        Assert.False(await bench.Server.RenewLeaseAsync(new ClientId("a"), other.UpdateId));
        Assert.False(await bench.Server.RenewLeaseAsync(new ClientId("unknown"), other.UpdateId));
        Assert.True(await RenewAsync(bench, current));
        await bench.Submit(current);
        Assert.False(await RenewAsync(bench, current));
        await bench.Server.DisposeAsync();
        Assert.False(await RenewAsync(bench, other));
    }

    [Fact]
    public async Task A_renewal_survives_a_kill_and_a_restart()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 3, new FederatedServerOptions { MaxConcurrency = 1, LeaseDuration = Lease, MaxLeaseRenewals = 2 });
        await one.UseStoreAsync();
        TrainingAssignment slow = await one.AssignAsync("slow");
        one.Time.Advance(Lease * 0.9);
        Assert.True(await one.Server.RenewLeaseAsync(slow.Client, slow.UpdateId));

        await one.KillAsync();

        one.Time.Advance(Lease * 0.9);
        Assert.Equal(CheckOutOutcome.Busy, (await one.CheckOutAsync("other")).Outcome);
        Assert.True(await one.Server.RenewLeaseAsync(slow.Client, slow.UpdateId));
        await one.RestartAsync();
        Assert.False(await one.Server.RenewLeaseAsync(slow.Client, slow.UpdateId));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(256)]
    public void A_number_of_renewals_out_of_range_is_refused(int renewals) =>
        Assert.Equal("MaxLeaseRenewals", Assert.ThrowsAny<ArgumentException>(new FederatedServerOptions { MaxLeaseRenewals = renewals }.Validate).ParamName);

    private static async Task<bool> RenewAsync(ServerBench bench, TrainingAssignment assignment) => await bench.Server.RenewLeaseAsync(assignment.Client, assignment.UpdateId);
}
