using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>A limit on the assignments of each version: what synchronous FedAvg needs.</summary>
public sealed class SynchronousRoundTests
{
    private static FederatedServerOptions Limit(int assignments) => new() { MaxAssignmentsPerVersion = assignments, LeaseDuration = TimeSpan.FromMinutes(1) };

    [Fact]
    public async Task A_version_has_no_more_assignments_than_allowed_and_the_next_one_counts_from_zero()
    {
        await using ServerBench bench = Adding(Limit(3), capacity: 2);
        TrainingAssignment a = await bench.Assignment("a");
        TrainingAssignment b = await bench.Assignment("b");
        await bench.Assignment("slow");

        Assert.Equal(UpdateOutcome.Buffered, (await bench.Submit(a)).Outcome);
        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse("d")).Outcome);
        Assert.Equal(UpdateOutcome.Published, (await bench.Submit(b)).Outcome);

        // The slow one still holds its lease of the earlier version, which does not count here.
        await bench.Assignment("a");
        await bench.Assignment("b");
        await bench.Assignment("d");
        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse("e")).Outcome);
    }

    [Fact]
    public async Task A_device_that_has_done_its_part_waits_for_the_next_version()
    {
        await using ServerBench bench = Adding(Limit(3), capacity: 2);
        Assert.Equal(UpdateOutcome.Buffered, (await bench.Round("fast")).Outcome);

        // There is a place left, but it belongs to a device that has not had one yet.
        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse("fast")).Outcome);
        Assert.Equal(UpdateOutcome.Published, (await bench.Round("slow")).Outcome);
        Assert.Equal(CheckOutOutcome.Assigned, (await bench.CheckOutResponse("fast")).Outcome);
    }

    [Fact]
    public async Task Asking_again_takes_no_second_place()
    {
        await using ServerBench bench = Adding(Limit(2), capacity: 2);
        await bench.Assignment("a");
        await bench.Assignment("a");

        await bench.Assignment("b");

        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse("c")).Outcome);
    }

    [Fact]
    public async Task An_expired_lease_lets_another_device_into_the_round()
    {
        await using ServerBench bench = Adding(Limit(1), capacity: 2);
        await bench.Assignment("vanished");
        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse("b")).Outcome);

        bench.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(CheckOutOutcome.Assigned, (await bench.CheckOutResponse("b")).Outcome);
    }

    [Fact]
    public async Task A_lease_of_an_earlier_version_that_expires_lets_no_other_device_into_the_round()
    {
        await using ServerBench bench = Adding(Limit(2));
        await bench.Assignment("old");
        await bench.Round("a");
        bench.Time.Advance(TimeSpan.FromSeconds(30));
        await bench.Assignment("b");
        await bench.Assignment("c");

        bench.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse("d")).Outcome);
    }

    [Fact]
    public async Task A_rejected_update_lets_another_device_into_the_round_so_that_the_round_can_end()
    {
        await using ServerBench bench = Adding(Limit(1), capacity: 2);
        TrainingAssignment broken = await bench.Assignment("a");

        Assert.Equal(UpdateOutcome.LengthMismatch, (await bench.Submit(broken.CreateHeader(1), count: 1)).Outcome);

        Assert.Equal(CheckOutOutcome.Assigned, (await bench.CheckOutResponse("b")).Outcome);
    }

    [Fact]
    public async Task A_check_out_from_a_full_version_states_when_the_next_is_expected()
    {
        await using ServerBench bench = Adding(Limit(1));
        Assert.Equal(UpdateOutcome.Published, (await bench.Round("a")).Outcome);
        bench.Time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(UpdateOutcome.Published, (await bench.Round("b")).Outcome);
        bench.Time.Advance(TimeSpan.FromSeconds(15));
        await bench.Assignment("c");

        CheckOutResponse answer = await bench.CheckOutResponse("d");

        Assert.Equal(new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: TimeSpan.FromSeconds(25)), answer);
    }
}
