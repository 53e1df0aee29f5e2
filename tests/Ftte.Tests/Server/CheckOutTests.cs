using Ftte.Selection;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>Which devices get assignments, and when.</summary>
public sealed class CheckOutTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task A_device_registers_by_asking_for_work()
    {
        await using ServerBench bench = Adding();

        await bench.CheckOutResponse(Device("a", memoryBudgetBytes: 700));
        await bench.CheckOutResponse(Device("b", memoryBudgetBytes: 500));
        await bench.CheckOutResponse(Device("b", memoryBudgetBytes: 600));

        Assert.Equal(2, bench.Registry.Count);
        Assert.Equal(600, bench.Registry.GetMemoryBudget().Bytes);
    }

    [Fact]
    public async Task A_nameless_device_is_unknown()
    {
        await using ServerBench bench = Adding();

        Assert.Equal(CheckOutOutcome.UnknownClient, (await bench.CheckOutResponse(Device("a") with { Client = default })).Outcome);
        Assert.Equal(UpdateOutcome.UnknownClient, (await bench.Submit(Header("a") with { Client = default })).Outcome);
        Assert.Equal(0, bench.Registry.Count);
    }

    [Fact]
    public async Task With_registration_required_only_registered_devices_take_part_and_may_come_and_go()
    {
        await using ServerBench bench = Adding(new FederatedServerOptions { RequireRegistration = true });

        Assert.Equal(CheckOutOutcome.UnknownClient, (await bench.CheckOutResponse("a")).Outcome);
        bench.Registry.Register(new ClientId("a"), 123);
        TrainingAssignment assignment = await bench.Assignment("a");
        Assert.Equal(123, bench.Registry.GetMemoryBudget().Bytes);
        bench.Registry.Remove(new ClientId("a"));

        Assert.Equal(UpdateOutcome.UnknownClient, (await bench.Submit(assignment)).Outcome);
        Assert.Equal(default, bench.Server.Current.Version);
    }

    [Fact]
    public async Task Another_layout_is_refused_before_the_buffer_is_looked_at()
    {
        await using ServerBench bench = Adding();

        CheckOutResponse answer = await bench.CheckOutResponse(Device("a") with { LayoutFingerprint = 1 }, new float[3]);

        Assert.Equal(new CheckOutResponse(CheckOutOutcome.LayoutMismatch), answer);
        Assert.Equal(0, bench.Registry.Count);
    }

    [Fact]
    public async Task Misuse_is_an_exception_that_states_the_problem()
    {
        await using ServerBench bench = Adding();

        var length = await Assert.ThrowsAsync<ArgumentException>(() => bench.CheckOutResponse(Device("a"), new float[11]));
        Assert.Contains("11 values, but the model has 12 parameters", length.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => bench.CheckOutResponse(Device("a", memoryBudgetBytes: -1)));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await bench.Server.CheckOutAsync(null!, default));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await bench.Server.SubmitAsync(null!));
        SparseUpdate disposed = Update(Header("a"), 4);
        disposed.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await bench.Server.SubmitAsync(disposed));
    }

    [Fact]
    public async Task A_device_without_enough_memory_gets_no_work_until_the_selection_changes_but_is_registered()
    {
        await using ServerBench bench = Adding(new FederatedServerOptions { RequiredMemoryBytes = 1000 });

        Assert.Equal(new CheckOutResponse(CheckOutOutcome.NotEnoughMemory), await bench.CheckOutResponse(Device("a", memoryBudgetBytes: 999)));
        Assert.Equal(999, bench.Registry.GetMemoryBudget().Bytes);
        Assert.Equal(CheckOutOutcome.Assigned, (await bench.CheckOutResponse(Device("b", memoryBudgetBytes: 1000))).Outcome);

        SelectionVersion version = bench.Server.ChangeSelection(B, 999);
        CheckOutResponse answer = await bench.CheckOutResponse(Device("a", memoryBudgetBytes: 999));

        Assert.Equal((new SelectionVersion(1), B), (version, answer.Assignment!.Selection));
        Assert.Equal(version, answer.Assignment.SelectionVersion);
        bench.Server.ChangeSelection(B, 5000);
        Assert.Equal(CheckOutOutcome.NotEnoughMemory, (await bench.CheckOutResponse(Device("a", memoryBudgetBytes: 999))).Outcome);
    }

    [Fact]
    public async Task No_more_devices_than_allowed_are_at_work()
    {
        await using ServerBench bench = Adding(new FederatedServerOptions { MaxConcurrency = 2, BusyRetryAfter = TimeSpan.FromSeconds(3) });
        TrainingAssignment first = await bench.Assignment("a");
        await bench.Assignment("b");

        Assert.Equal(new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: TimeSpan.FromSeconds(3)), await bench.CheckOutResponse("c"));
        await bench.Submit(first);
        await bench.Assignment("c");
        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse("a")).Outcome);
    }

    [Fact]
    public async Task Asking_again_replaces_the_older_lease()
    {
        await using ServerBench bench = Adding(new FederatedServerOptions { MaxConcurrency = 2, MaxAssignmentsPerVersion = 2 }, capacity: 3);
        TrainingAssignment lost = await bench.Assignment("a");
        await bench.Assignment("b");

        TrainingAssignment again = await bench.Assignment("a");

        Assert.NotEqual(lost.UpdateId, again.UpdateId);
        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse("c")).Outcome);

        // The lost work turns up after all. It counts, but ends nothing: its lease was replaced.
        Assert.Equal(UpdateOutcome.Buffered, (await bench.Submit(lost)).Outcome);
        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse("c")).Outcome);
    }

    [Fact]
    public async Task An_expired_lease_lets_another_device_start_and_its_late_update_still_reaches_the_aggregator()
    {
        await using ServerBench bench = Adding(new FederatedServerOptions { MaxConcurrency = 1, LeaseDuration = Lease });
        TrainingAssignment late = await bench.Assignment("a");
        Assert.Equal(Lease, late.LeaseDuration);

        bench.Time.Advance(Lease - TimeSpan.FromMilliseconds(1));
        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse("b")).Outcome);
        bench.Time.Advance(TimeSpan.FromMilliseconds(1));
        TrainingAssignment next = await bench.Assignment("b");

        Assert.Equal(UpdateOutcome.Published, (await bench.Submit(late)).Outcome);
        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse("c")).Outcome);
        Assert.Equal(UpdateOutcome.Published, (await bench.Submit(next)).Outcome);
        Assert.Equal(CheckOutOutcome.Assigned, (await bench.CheckOutResponse("c")).Outcome);
    }

    [Theory]
    [InlineData(UpdateOutcome.Buffered, true)]
    [InlineData(UpdateOutcome.Duplicate, true)]
    [InlineData(UpdateOutcome.NotFinite, true)]
    [InlineData(UpdateOutcome.TooStale, true)]
    [InlineData(UpdateOutcome.ClientQuota, false)]
    [InlineData(UpdateOutcome.Busy, false)]
    [InlineData(UpdateOutcome.Stopped, false)]
    public async Task Only_a_final_receipt_ends_the_lease(UpdateOutcome outcome, bool ends)
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator, new FederatedServerOptions { MaxConcurrency = 1 });
        aggregator.OnAggregate = (_, _) => new(aggregator.Answer(outcome));
        await bench.Round("a");

        Assert.Equal(ends ? CheckOutOutcome.Assigned : CheckOutOutcome.Busy, (await bench.CheckOutResponse("b")).Outcome);
    }

    [Fact]
    public async Task An_update_of_another_name_does_not_end_the_lease()
    {
        await using ServerBench bench = Adding(new FederatedServerOptions { MaxConcurrency = 1 });
        await bench.Assignment("a");

        Assert.Equal(UpdateOutcome.NotAssigned, (await bench.Submit(Header("a"))).Outcome);

        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse("b")).Outcome);
    }

    [Fact]
    public async Task Ids_are_unique_repeatable_and_differ_between_seeds()
    {
        async Task<List<UpdateId>> Draw(ulong seed)
        {
            await using ServerBench bench = Adding(new FederatedServerOptions { Seed = seed });
            var ids = new List<UpdateId>();
            for (int i = 0; i < 2000; i++)
            {
                ids.Add((await bench.Assignment($"device-{i % 7}")).UpdateId);
            }

            return ids;
        }

        List<UpdateId> ids = await Draw(1);

        Assert.Equal(ids, await Draw(1));
        Assert.Equal(4000, ids.Concat(await Draw(2)).Distinct().Count());
    }

    [Fact]
    public async Task A_check_out_does_not_wait_for_a_slow_fold()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator);
        var gate = new Gate();
        aggregator.OnAggregate = async (_, _) =>
        {
            await gate.PassAsync();
            return aggregator.Answer(UpdateOutcome.Buffered);
        };
        Task<UpdateReceipt> slow = bench.Submit("a");
        await gate.Arrived;

        Task<CheckOutResponse> checkOut = bench.Server.CheckOutAsync(Device("b"), new float[Layout.ParameterCount]).AsTask();

        Assert.True(checkOut.IsCompletedSuccessfully);
        Assert.False(slow.IsCompleted);
        gate.Open();
        await slow;
    }

    [Fact]
    public void Selections_of_another_model_are_refused()
    {
        var other = new SelectionHistory(ParameterSelection.Full(ParameterLayout.Create(("x", [2]))));

        var error = Assert.Throws<ArgumentException>(() => new FederatedServer(new ScriptedAggregator(Start), other));

        Assert.Contains("for 2 parameters, but the model has 12", error.Message, StringComparison.Ordinal);
    }
}
