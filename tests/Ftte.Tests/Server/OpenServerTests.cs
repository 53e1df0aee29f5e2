using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>A server without registration: what it accepts from unknown clients (docs/open-server.md).</summary>
public sealed class OpenServerTests
{
    private readonly TurningSelector _selector = new();

    [Theory]
    [InlineData(null)]
    [InlineData(0L)]
    [InlineData(119L)]
    [InlineData(200L)]
    public async Task One_claim_does_not_change_what_a_hundred_devices_train(long? claim)
    {
        await using ServerBench bench = Adding(reselection: FromClaims());
        for (int device = 0; device < 100; device++)
        {
            await bench.CheckOutResponse(Device($"honest-{device}", memoryBudgetBytes: 1 << 20));
        }

        if (claim is { } bytes)
        {
            CheckOutOutcome expected = bytes < Smallest ? CheckOutOutcome.NotEnoughMemory : CheckOutOutcome.Assigned;
            Assert.Equal(expected, (await bench.CheckOutResponse(Device("hostile", memoryBudgetBytes: bytes))).Outcome);
        }

        await bench.Round("honest-0");

        Assert.Equal(1 << 20, Assert.Single(_selector.Requests).MemoryBudgetBytes);
        Assert.Equal(new SelectionVersion(1), bench.Selections.Current.Version);
    }

    [Theory]
    [InlineData(2, 200)]
    [InlineData(3, 1 << 20)]
    [InlineData(39, 1 << 20)]
    [InlineData(100, 1 << 20)]
    public async Task From_three_devices_on_the_weakest_claim_may_be_left_out(int devices, long budget)
    {
        await using ServerBench bench = Adding(reselection: FromClaims());
        await bench.CheckOutResponse(Device("weak", memoryBudgetBytes: 200));
        for (int device = 1; device < devices; device++)
        {
            await bench.CheckOutResponse($"d{device}");
        }

        await bench.Round("d1");

        Assert.Equal(budget, Assert.Single(_selector.Requests).MemoryBudgetBytes);
    }

    [Fact]
    public async Task With_registration_required_or_a_share_of_zero_the_weakest_device_decides()
    {
        ReselectionOptions options = FromClaims();
        options.ExcludedShare = 0;
        await using ServerBench stated = Adding(reselection: options);
        await using ServerBench registered = Adding(new FederatedServerOptions { RequireRegistration = true }, reselection: FromClaims());
        foreach (ServerBench bench in new[] { stated, registered })
        {
            for (int device = 0; device < 10; device++)
            {
                bench.Registry.Register(new ClientId($"d{device}"), device == 3 ? 200 : 1 << 20);
            }

            await bench.Round("d0");
        }

        Assert.Equal([200, 200], _selector.Requests.Select(request => request.MemoryBudgetBytes));
    }

    [Fact]
    public async Task If_no_device_can_train_anything_the_warning_states_the_memory_that_it_takes()
    {
        ReselectionOptions options = FromClaims();
        await using ServerBench bench = Adding(reselection: options);
        TrainingAssignment assignment = await bench.Assignment("leaves");
        bench.Registry.Remove(new ClientId("leaves"));
        await bench.CheckOutResponse(Device("hostile", memoryBudgetBytes: 0));

        await bench.Submit(assignment);

        Assert.Contains(bench.Log.Written, line => line.Text.Contains($"None of 1 devices has {Smallest} bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_update_that_answers_no_assignment_is_not_looked_at()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator);
        TrainingAssignment own = await bench.Assignment("a"), other = await bench.Assignment("b");
        UpdateHeader header = own.CreateHeader(1);
        UpdateHeader[] forged =
        [
            Header("stranger"),
            Header("a"),
            header with { Client = new ClientId("b") },
            header with { Client = new ClientId("stranger") },
            header with { Id = other.UpdateId },
            header with { BaseVersion = new ModelVersion(1) },
            header with { BaseVersion = new ModelVersion(long.MaxValue) },
            header with { BaseFingerprint = header.BaseFingerprint ^ 1 },
            header with { SelectionVersion = new SelectionVersion(1) },
            header with { Content = UpdateContent.Trained },
            header with { Content = UpdateContent.Importance },
        ];

        foreach (UpdateHeader forgery in forged)
        {
            Assert.Equal(UpdateOutcome.NotAssigned, (await bench.Submit(forgery)).Outcome);
        }

        Assert.Empty(aggregator.Seen);
        Assert.Equal(UpdateOutcome.Buffered, (await bench.Submit(header)).Outcome);
        Assert.Equal(UpdateOutcome.Buffered, (await bench.Submit(header with { ExampleCount = 9 })).Outcome);
    }

    [Fact]
    public async Task An_update_without_an_assignment_does_not_enter_the_queue()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator, new FederatedServerOptions { QueueCapacity = 1 });
        UpdateHeader first = bench.AssignedHeader("a"), second = bench.AssignedHeader("b");
        var gate = new Gate();
        aggregator.OnAggregate = async (_, _) =>
        {
            await gate.PassAsync();
            return aggregator.Answer(UpdateOutcome.Buffered);
        };
        Task<UpdateReceipt> folding = bench.Submit(first);
        await gate.Arrived;
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(UpdateOutcome.NotAssigned, (await bench.Submit(Header($"stranger-{i}"))).Outcome);
        }

        Task<UpdateReceipt> waiting = bench.Submit(second);
        gate.Open();

        Assert.Equal(UpdateOutcome.Buffered, (await folding).Outcome);
        Assert.Equal(UpdateOutcome.Buffered, (await waiting).Outcome);
    }

    [Fact]
    public async Task The_last_four_assignments_of_a_client_can_be_answered_and_older_ones_cannot()
    {
        await using ServerBench bench = Scripted(out _);
        var assignments = new List<TrainingAssignment>();
        for (int i = 0; i < 5; i++)
        {
            assignments.Add(await bench.Assignment("a"));
        }

        Assert.Equal(UpdateOutcome.NotAssigned, (await bench.Submit(assignments[0])).Outcome);
        Assert.All(assignments.Skip(1), assignment => Assert.Equal(UpdateOutcome.Buffered, bench.Submit(assignment).Result.Outcome));
    }

    [Fact]
    public async Task Beyond_the_maximum_the_client_seen_longest_ago_is_forgotten_with_its_lease()
    {
        await using ServerBench bench = Scripted(out _, new FederatedServerOptions { MaxClients = 3, MaxConcurrency = 3 });
        TrainingAssignment a = await bench.Assignment("a"), b = await bench.Assignment("b");
        await bench.Assignment("c");
        await bench.Submit(a);
        await bench.Assignment("d");

        Assert.Equal(UpdateOutcome.NotAssigned, (await bench.Submit(b)).Outcome);
        Assert.Equal(UpdateOutcome.Buffered, (await bench.Submit(a)).Outcome);
        Assert.Equal(CheckOutOutcome.Assigned, (await bench.CheckOutResponse("b")).Outcome);
    }

    [Fact]
    public async Task A_client_that_was_not_seen_for_the_retention_is_forgotten_and_starts_again()
    {
        await using ServerBench bench = Scripted(out _, new FederatedServerOptions { ClientRetention = TimeSpan.FromHours(1) });
        TrainingAssignment assignment = await bench.Assignment("a");
        bench.Time.Advance(TimeSpan.FromHours(1));
        await bench.Assignment("b");

        Assert.Equal(UpdateOutcome.NotAssigned, (await bench.Submit(assignment)).Outcome);
        Assert.Equal(UpdateOutcome.Buffered, (await bench.Round("a")).Outcome);
    }

    [Fact]
    public async Task A_failing_aggregator_frees_the_lease_and_the_update_may_be_sent_again()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator, new FederatedServerOptions { MaxConcurrency = 1 });
        TrainingAssignment assignment = await bench.Assignment("a");
        aggregator.OnAggregate = (_, _) => throw new InvalidOperationException("cannot");
        await Assert.ThrowsAsync<InvalidOperationException>(() => bench.Submit(assignment));

        Assert.Equal(CheckOutOutcome.Assigned, (await bench.CheckOutResponse("b")).Outcome);
        aggregator.OnAggregate = (_, _) => new(aggregator.Answer(UpdateOutcome.Buffered));
        Assert.Equal(UpdateOutcome.Buffered, (await bench.Submit(assignment)).Outcome);
    }

    [Fact]
    public async Task A_claim_admits_nobody_where_registration_is_required()
    {
        var registry = new DeviceRegistry();
        await using ServerBench open = Adding(registry: registry);
        await using ServerBench closed = Adding(new FederatedServerOptions { RequireRegistration = true }, registry: registry);
        await open.Assignment("a");

        Assert.True(registry.Contains(new ClientId("a")));
        Assert.Equal(CheckOutOutcome.UnknownClient, (await closed.CheckOutResponse("a")).Outcome);
    }

    private static long Smallest => Enumerable.Range(0, 3).Min(TurningSelector.Peak);

    private ReselectionOptions FromClaims()
    {
        ReselectionOptions options = _selector.Every(1);
        options.MemoryBudgetBytes = null;
        return options;
    }
}
