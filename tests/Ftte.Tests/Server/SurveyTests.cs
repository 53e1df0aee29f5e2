using Ftte.Selection;
using Microsoft.Extensions.Logging;
using static Ftte.Tests.ServerBench;
using static Ftte.Tests.SurveyBench;

namespace Ftte.Tests;

/// <summary>Which devices measure the importance of the blocks before the server chooses a selection.</summary>
public sealed class SurveyTests
{
    private readonly TurningSelector _selector = new();

    [Fact]
    public async Task A_survey_is_open_from_the_start_and_ends_with_the_last_answer_wanted_in_a_choice()
    {
        await using ServerBench bench = Adding(reselection: _selector.Every(10, probes: 3));
        TrainingAssignment[] asked = [await Probe(bench, "a"), await Probe(bench, "b"), await Probe(bench, "c")];
        Assert.Equal(UpdateContent.Difference, (await bench.CheckOutResponse(Probing("d"))).Assignment!.Content);
        Assert.All(asked, a => Assert.Equal((A, default), (a.Selection, a.Version)));

        Assert.Equal(UpdateOutcome.Surveyed, (await Answer(bench, asked[0], 1, 1, 2)).Outcome);
        Assert.Equal(UpdateOutcome.Surveyed, (await Answer(bench, asked[1], 20, 10, 10)).Outcome);
        Assert.Empty(_selector.Requests);
        UpdateReceipt last = await Answer(bench, asked[2], 0, 1, 3);

        Assert.Equal(new UpdateReceipt(UpdateOutcome.Surveyed, default), last);
        SelectionRequest request = Assert.Single(_selector.Requests);
        Assert.Equal(1, request.Turn);
        Assert.Equal([0.25, 0.25, 0.5], request.Importance.Values.ToArray());
        Assert.Equal(B, bench.Selections.Current.Selection);
        Assert.Equal(B, bench.Server.LatestSelection!.Selection);
        Assert.Equal(UpdateContent.Difference, (await bench.CheckOutResponse(Probing("e"))).Assignment!.Content);
    }

    [Fact]
    public async Task No_more_devices_measure_at_once_than_answers_are_missing()
    {
        await using ServerBench bench = Adding(reselection: _selector.Every(10, probes: 3));
        TrainingAssignment a = await Probe(bench, "a");
        TrainingAssignment b = await Probe(bench, "b");
        await Probe(bench, "c");
        Assert.Equal(UpdateContent.Difference, (await bench.CheckOutResponse(Probing("d"))).Assignment!.Content);

        // An answer that counts is not missing any more, one that makes no sense still is.
        await Answer(bench, a, 1, 2, 3);
        Assert.Equal(UpdateContent.Difference, (await bench.CheckOutResponse(Probing("e"))).Assignment!.Content);
        await Answer(bench, b, float.NaN, 2, 3);
        await Probe(bench, "f");
        Assert.Equal(UpdateContent.Difference, (await bench.CheckOutResponse(Probing("g"))).Assignment!.Content);
    }

    [Fact]
    public async Task A_device_that_cannot_be_asked_trains_meanwhile()
    {
        await using ServerBench bench = Adding(reselection: _selector.Every(10, probes: 3));

        Assert.Equal(UpdateContent.Difference, (await bench.Assignment("plain")).Content);
        Assert.Equal(UpdateOutcome.Published, (await bench.Round("plain")).Outcome);
    }

    [Fact]
    public async Task Each_device_is_asked_once_a_survey_and_again_in_the_next()
    {
        await using ServerBench bench = Adding(reselection: _selector.Every(2, probes: 2));
        TrainingAssignment a = await Probe(bench, "a");
        Assert.Equal(UpdateContent.Difference, (await bench.CheckOutResponse(Probing("a"))).Assignment!.Content);

        // Its lease was replaced, its answer still counts.
        Assert.Equal(UpdateOutcome.Surveyed, (await Answer(bench, a, 1, 2, 3)).Outcome);
        Assert.Equal(UpdateContent.Difference, (await bench.CheckOutResponse(Probing("a"))).Assignment!.Content);
        Assert.Equal(UpdateOutcome.Surveyed, (await Answer(bench, await Probe(bench, "b"), 1, 2, 3)).Outcome);
        await bench.Round("a");
        Assert.Equal(UpdateContent.Difference, (await bench.CheckOutResponse(Probing("a"))).Assignment!.Content);
        await bench.Round("a");

        Assert.Equal(UpdateOutcome.Surveyed, (await Answer(bench, await Probe(bench, "a"), 1, 2, 3)).Outcome);
        Assert.Single(_selector.Requests);
        Assert.Equal(UpdateOutcome.Surveyed, (await Answer(bench, await Probe(bench, "b"), 1, 2, 3)).Outcome);
        Assert.Equal([1, 2], _selector.Requests.Select(r => r.Turn));
    }

    [Fact]
    public async Task Devices_that_never_answer_cost_their_lease_and_nothing_else()
    {
        await using ServerBench bench = Adding(new() { MaxConcurrency = 2, LeaseDuration = TimeSpan.FromMinutes(1) }, reselection: _selector.Every(10, probes: 2));
        TrainingAssignment gone = await Probe(bench, "gone");
        await Probe(bench, "too");
        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse(Probing("a"))).Outcome);
        bench.Time.Advance(TimeSpan.FromMinutes(1));

        await Answer(bench, await Probe(bench, "a"), 1, 2, 3);
        await Answer(bench, await Probe(bench, "b"), 1, 2, 3);

        Assert.Single(_selector.Requests);
        Assert.Equal(UpdateOutcome.TooStale, (await Answer(bench, gone, 1, 1, 1)).Outcome);
    }

    [Fact]
    public async Task Measuring_does_not_count_toward_the_assignments_of_a_version_and_the_same_device_still_trains_in_it()
    {
        await using ServerBench bench = Adding(new() { MaxAssignmentsPerVersion = 1 }, capacity: 9, reselection: _selector.Every(10, probes: 9));
        TrainingAssignment probe = await Probe(bench, "a");
        await bench.Assignment("b");
        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse("c")).Outcome);
        await Probe(bench, "c");

        Assert.Equal(UpdateOutcome.Surveyed, (await Answer(bench, probe, 1, 2, 3)).Outcome);
        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse(Probing("a"))).Outcome);
        bench.Time.Advance(TimeSpan.FromMinutes(10));
        TrainingAssignment training = (await bench.CheckOutResponse(Probing("a"))).Assignment!;

        Assert.Equal(UpdateContent.Difference, training.Content);
        Assert.Equal(UpdateOutcome.Buffered, (await bench.Submit(training)).Outcome);

        // Its part is done, and a place that nobody has was not made by it.
        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse(Probing("a"))).Outcome);
        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse("d")).Outcome);
    }

    [Fact]
    public async Task A_device_with_too_little_memory_is_not_asked()
    {
        await using ServerBench bench = Adding(new() { RequiredMemoryBytes = 500 }, reselection: _selector.Every(10, probes: 1));

        Assert.Equal(CheckOutOutcome.NotEnoughMemory, (await bench.CheckOutResponse(Probing("weak") with { MemoryBudgetBytes = 499 })).Outcome);
        Assert.Equal(UpdateContent.Importance, (await Probe(bench, "enough")).Content);
    }

    [Fact]
    public async Task A_device_that_is_asked_is_brought_up_to_date_like_any_other()
    {
        await using ServerBench bench = Adding(reselection: _selector.Every(10, probes: 2));
        float[] buffer = new float[Layout.ParameterCount];
        TrainingAssignment probe = (await bench.CheckOutResponse(Probing("a"), buffer)).Assignment!;
        Assert.True(probe.Refreshed.IsFull);
        await bench.Round("x");

        TrainingAssignment next = (await bench.CheckOutResponse(Probing("a") with { HeldVersion = probe.Version }, buffer)).Assignment!;

        Assert.Equal(A, next.Refreshed);
        Assert.Equal(bench.Server.Current.Parameters.ToArray(), buffer);
    }

    [Fact]
    public async Task A_device_loop_measures_once_and_then_trains()
    {
        await using ServerBench bench = Adding(reselection: _selector.Every(10, probes: 1));
        var probe = new ScriptedProbe(Layout);
        var client = new FederatedClient(bench.Server, probe, new() { ClientId = new ClientId("phone"), MemoryBudgetBytes = 1000 }, bench.Time);

        Assert.Equal(UpdateOutcome.Surveyed, (await client.RunOnceAsync()).Receipt!.Value.Outcome);
        Assert.Equal(UpdateOutcome.Published, (await client.RunOnceAsync()).Receipt!.Value.Outcome);

        Assert.Equal(1 / 6.0, Assert.Single(_selector.Requests).Importance.Values[0]);
        Assert.Equal(B, Assert.Single(probe.Training.Assignments).Selection);
        Assert.Equal(
        [
            "Information: Started the server at version v0 with 4 of 12 parameters selected.",
            "Information: Opened an importance survey of 1 devices at version v0.",
            "Information: Closed the importance survey with 1 of 1 answers at version v0. Used for the next selection: True.",
            $"Information: Changed the selection to s1 with 3 parameters. Training requires {TurningSelector.Peak(1)} bytes on a device.",
            "Information: Published version v1.",
        ], bench.Log.Written.Select(l => l.Text).Where(text => text.StartsWith(nameof(LogLevel.Information), StringComparison.Ordinal)));
    }
}
