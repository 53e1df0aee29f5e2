using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Tests.Wire;
using Microsoft.Extensions.Logging;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>A server that chooses another selection while training continues.</summary>
public sealed class ReselectionTests
{
    private static readonly ParameterSelection[] Blocks = [A, B, C];

    private readonly TurningSelector _selector = new();

    [Fact]
    public async Task Every_R_versions_another_selection_is_in_force_with_the_memory_that_it_takes()
    {
        await using ServerBench bench = Adding(reselection: _selector.Every(3));
        for (int version = 1; version <= 10; version++)
        {
            Assert.Equal(UpdateOutcome.Published, (await bench.Round("a")).Outcome);

            int turn = version / 3;
            Assert.Equal((new SelectionVersion(turn), Blocks[turn % 3]), bench.Selections.Current);
            TrainingAssignment assignment = await bench.Assignment("a");
            Assert.Equal((new SelectionVersion(turn), Blocks[turn % 3]), (assignment.SelectionVersion, assignment.Selection));
            if (turn == 0)
            {
                Assert.Null(bench.Server.LatestSelection);
                continue;
            }

            Assert.Equal(Blocks[turn % 3], bench.Server.LatestSelection!.Selection);
            long peak = bench.Server.LatestSelection.Certificate.Timeline.PeakBytes;
            Assert.Equal(TurningSelector.Peak(turn % 3), peak);
            Assert.Equal(CheckOutOutcome.NotEnoughMemory, (await bench.CheckOutResponse(Device("weak", memoryBudgetBytes: peak - 1))).Outcome);
            Assert.Equal(CheckOutOutcome.Assigned, (await bench.CheckOutResponse(Device("just", memoryBudgetBytes: peak))).Outcome);
        }

        Assert.Equal([1, 2, 3], _selector.Requests.Select(r => r.Turn));
        Assert.All(_selector.Requests, r => Assert.Same(TurningSelector.Guess, r.Importance));
    }

    [Fact]
    public async Task A_server_that_is_disposed_stops_the_selection_that_is_being_made_and_keeps_nothing_of_it()
    {
        using var selecting = new SemaphoreSlim(0);
        var selector = new UnendingSelector(selecting);
        ReselectionOptions options = _selector.Every(1);
        options.Selector = selector;
        ServerBench bench = Choosing(options);
        Task<UpdateReceipt> round = bench.Round("a");
        await selecting.WaitAsync();
        Assert.True(selector.CanBeStopped);
        ValueTask<ServerState> captured = bench.Server.CaptureStateAsync();
        await bench.DisposeAsync();

        Assert.Equal(UpdateOutcome.Published, (await round).Outcome);
        Assert.Null(bench.Server.LatestSelection);
        Assert.Equal((default, A), bench.Selections.Current);

        // A server that goes on from there makes the choice that was stopped.
        ServerState state = await captured;
        SelectionHistory selections = state.RestoreSelections();
        var aggregator = BufferedAggregator.Restore(state.Aggregator, Layout, selections, new() { Capacity = 1 });
        await using FederatedServer restored = FederatedServer.Restore(state, aggregator, selections, reselection: _selector.Every(1));
        TrainingAssignment assignment = (await restored.CheckOutAsync(Device("a"), new float[Layout.ParameterCount])).Assignment!;
        using SparseUpdate update = SparseUpdate.Create(assignment.CreateHeader(1), [.. Enumerable.Repeat(1f, assignment.Selection.Count)]);
        Assert.Equal(UpdateOutcome.Published, (await restored.SubmitAsync(update)).Outcome);
        Assert.Equal([1], _selector.Requests.Select(r => r.Turn));
    }

    [Fact]
    public async Task Updates_of_the_selection_before_still_count()
    {
        await using ServerBench bench = Choosing(_selector.Every(1), capacity: 2);
        TrainingAssignment first = await bench.Assignment("a");
        TrainingAssignment early = await bench.Assignment("b");
        TrainingAssignment late = await bench.Assignment("c");
        await bench.Submit(first);
        Assert.Equal(UpdateOutcome.Published, (await bench.Round("d")).Outcome);
        Assert.Equal(B, bench.Selections.Current.Selection);

        Assert.Equal(UpdateOutcome.Buffered, (await bench.Submit(early)).Outcome);
        Assert.Equal(UpdateOutcome.Published, (await bench.Submit(late)).Outcome);
        Assert.Equal(A, bench.Server.Current.Changed);
    }

    [Fact]
    public async Task After_a_switch_a_device_downloads_only_what_changed_since_what_it_holds()
    {
        await using ServerBench bench = Choosing(_selector.Every(1));
        float[] buffer = new float[Layout.ParameterCount];
        TrainingAssignment first = (await bench.CheckOutResponse(Device("slow"), buffer)).Assignment!;
        Assert.True(first.Refreshed.IsFull);

        // Trains a, then b, then c, then a.
        await bench.Round("x");
        TrainingAssignment second = (await bench.CheckOutResponse(Holding(first), buffer)).Assignment!;
        Assert.Equal((B, A), (second.Selection, second.Refreshed));
        Assert.Equal(bench.Server.Current.Parameters.ToArray(), buffer);

        await bench.Round("x");
        await bench.Round("x");
        TrainingAssignment third = (await bench.CheckOutResponse(Holding(second), buffer)).Assignment!;
        Assert.Equal((A, B.Union(C)), (third.Selection, third.Refreshed));
        Assert.Equal(bench.Server.Current.Parameters.ToArray(), buffer);
    }

    [Fact]
    public async Task Through_many_switches_every_device_holds_exactly_what_the_server_has()
    {
        await using ServerBench bench = Choosing(_selector.Every(2), capacity: 2, options: new() { RefreshHistory = 6 });
        var devices = Enumerable.Range(0, 5).Select(i => (Name: $"d{i}", Buffer: new float[Layout.ParameterCount], Held: (TrainingAssignment?)null)).ToArray();
        int partly = 0;
        for (int step = 0; bench.Server.Current.Version.Number < 20; step++)
        {
            // The last ones come back rarely, from versions long ago; one too old is sent everything.
            foreach (int i in Enumerable.Range(0, devices.Length).Where(i => step % ((i * i) + 1) == 0))
            {
                (string name, float[] buffer, TrainingAssignment? held) = devices[i];
                CheckOutResponse answer = await bench.CheckOutResponse(held is null ? Device(name) : Holding(held), buffer);
                if (answer.Assignment is not { } assignment)
                {
                    Assert.Equal(CheckOutOutcome.Busy, answer.Outcome); // has used its share of the buffer
                    continue;
                }

                Assert.Equal(bench.Server.Current.Version, assignment.Version);
                Assert.Equal(bench.Server.Current.Parameters.ToArray(), buffer);
                partly += assignment.Refreshed.IsFull ? 0 : 1;
                devices[i].Held = assignment;
                using SparseUpdate update = SparseUpdate.Create(assignment.CreateHeader(1), [.. Enumerable.Range(1, assignment.Selection.Count).Select(v => (0.01f * v) + step)]);
                Assert.True((await bench.Server.SubmitAsync(update)).Outcome is UpdateOutcome.Buffered or UpdateOutcome.Published);
            }
        }

        Assert.Equal(10, _selector.Requests.Count);
        Assert.InRange(partly, 20, int.MaxValue);
    }

    [Fact]
    public async Task A_version_of_an_incomplete_buffer_counts_like_any_other()
    {
        await using ServerBench bench = Adding(capacity: 9, reselection: _selector.Every(1));
        await bench.Round("a");

        Assert.NotNull(await bench.Server.FlushAsync());

        Assert.Equal(B, bench.Selections.Current.Selection);
    }

    [Fact]
    public async Task The_selector_receives_the_memory_of_the_registered_devices_and_every_other_budget()
    {
        ReselectionOptions options = _selector.Every(1);
        (options.MemoryBudgetBytes, options.ExcludedShare, options.PayloadBudgetBytes, options.ComputeBudget) = (null, 0.4, 64, 99);
        await using ServerBench bench = Adding(reselection: options);
        await bench.CheckOutResponse(Device("weakest", memoryBudgetBytes: 200));
        await bench.CheckOutResponse(Device("weak", memoryBudgetBytes: 300));
        await bench.Round("strong");
        bench.Registry.Remove(new ClientId("weakest"));
        await bench.Round("strong");

        Assert.Equal([300, 300], _selector.Requests.Select(r => r.MemoryBudgetBytes));
        Assert.All(_selector.Requests, r => Assert.Equal((64, 99), (r.PayloadBudgetBytes, r.ComputeBudget)));
        Assert.All(_selector.Requests, r => Assert.Same(TurningSelector.Profile, r.Profile));
    }

    [Fact]
    public async Task A_selector_that_throws_leaves_the_selection_and_the_server_goes_on()
    {
        _selector.OnSelect = request => request.Turn switch
        {
            1 => throw new InvalidOperationException("no idea"),
            2 => throw new BudgetTooSmallException(5, 500),
            3 => 7, // trains nothing, which is refused
            _ => 2,
        };
        await using ServerBench bench = Adding(reselection: _selector.Every(2));
        for (int version = 1; version < 8; version++)
        {
            Assert.Equal(UpdateOutcome.Published, (await bench.Round("a")).Outcome);
            Assert.Equal((new SelectionVersion(0), A), bench.Selections.Current);
            Assert.Equal(CheckOutOutcome.Assigned, (await bench.CheckOutResponse(Device("weak", memoryBudgetBytes: 0))).Outcome);
        }

        Assert.Null(bench.Server.LatestSelection);
        string[] warnings = Warnings(bench);
        Assert.Equal(3, warnings.Length);
        Assert.Equal("Warning: Reselection 1 failed at version v2. The selection was not changed. no idea", warnings[0]);
        Assert.Contains("the smallest one needs 500", warnings[1], StringComparison.Ordinal);

        await bench.Round("a");

        Assert.Equal((new SelectionVersion(1), C), bench.Selections.Current);
        Assert.Equal([1, 2, 3, 4], _selector.Requests.Select(r => r.Turn));
    }

    [Fact]
    public async Task Without_a_device_or_a_budget_the_selection_stays()
    {
        ReselectionOptions options = _selector.Every(1);
        options.MemoryBudgetBytes = null;
        await using ServerBench bench = Adding(reselection: options);

        TrainingAssignment assignment = await bench.Assignment("leaves");
        bench.Registry.Remove(new ClientId("leaves"));
        Assert.Equal(UpdateOutcome.Published, (await bench.Submit(assignment)).Outcome);

        Assert.Equal(A, bench.Selections.Current.Selection);
        Assert.Empty(_selector.Requests);
        Assert.Contains("Register devices first or specify a budget", Assert.Single(Warnings(bench)), StringComparison.Ordinal);
        await bench.Round("a");
        Assert.Equal(2, Assert.Single(_selector.Requests).Turn);
    }

    [Fact]
    public async Task The_same_run_twice_gives_the_same_bits()
    {
        (uint[] Model, string[] Log) first = await RunAsync(), second = await RunAsync();

        Assert.Equal(first.Model, second.Model);
        Assert.Equal(first.Log, second.Log);
        Assert.Contains(first.Log, line => line.Contains("Changed the selection to s5", StringComparison.Ordinal));

        static async Task<(uint[] Model, string[] Log)> RunAsync()
        {
            // Trains what devices found most worth it.
            var selector = new TurningSelector { OnSelect = r => r.Importance.Values.IndexOf(r.Importance.Values.Max()) };
            await using ServerBench bench = Choosing(selector.Every(2, probes: 3), capacity: 2);
            var random = new Random(7);
            while (bench.Server.Current.Version.Number < 60)
            {
                string name = $"d{random.Next(6)}";
                CheckOutResponse answer = await bench.CheckOutResponse(Device(name) with { CanProbe = name != "d0" });
                if (answer.Assignment is not { } assignment)
                {
                    continue; // has used its share of the buffer
                }

                int count = assignment.Content == UpdateContent.Importance ? 3 : assignment.Selection.Count;
                using SparseUpdate update = SparseUpdate.Create(assignment.CreateHeader(1 + random.Next(5)), [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())]);
                await bench.Server.SubmitAsync(update);
            }

            return (WireSamples.Bits(bench.Server.Current.Parameters.Span), [.. bench.Log.Written.Select(l => l.Text)]);
        }
    }

    [Fact]
    public async Task A_profile_of_another_model_is_refused_and_later_changes_to_the_options_change_nothing()
    {
        ReselectionOptions options = _selector.Every(1);
        var other = ParameterLayout.Create(("other", [12]));
        var selections = new SelectionHistory(ParameterSelection.Full(other));
        var aggregator = new BufferedAggregator(new ModelSnapshot(other, default, new float[12]), selections);
        Assert.Contains(
            "training profile is for a model with 3 blocks",
            Assert.Throws<ArgumentException>(() => new FederatedServer(aggregator, selections, reselection: options)).Message,
            StringComparison.Ordinal);

        await using ServerBench bench = Adding(reselection: options);
        options.EveryVersions = 100;
        await bench.Round("a");
        Assert.Equal(B, bench.Selections.Current.Selection);
    }

    private static string[] Warnings(ServerBench bench) =>
        [.. bench.Log.Written.Select(l => l.Text).Where(text => text.StartsWith(nameof(LogLevel.Warning), StringComparison.Ordinal))];

    /// <summary>Selects until it is stopped.</summary>
    private sealed class UnendingSelector(SemaphoreSlim selecting) : IParameterSelector
    {
        public bool CanBeStopped { get; private set; }

        public SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default)
        {
            CanBeStopped = cancellationToken.CanBeCanceled;
            selecting.Release();
            if (CanBeStopped)
            {
                cancellationToken.WaitHandle.WaitOne();
            }

            throw new OperationCanceledException(cancellationToken);
        }
    }
}
