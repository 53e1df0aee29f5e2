using Ftte.Selection;
using static Ftte.Tests.ServerBench;
using static Ftte.Tests.SurveyBench;

namespace Ftte.Tests;

/// <summary>Which answers count in an importance survey.</summary>
public sealed class SurveyAnswerTests
{
    private readonly TurningSelector _selector = new();

    [Theory]
    [InlineData(UpdateOutcome.NotFinite, new[] { 1, float.NaN, 3 })]
    [InlineData(UpdateOutcome.NotFinite, new[] { 1, float.PositiveInfinity, 3 })]
    [InlineData(UpdateOutcome.NotFinite, new[] { 1, -1f, 3 })]
    [InlineData(UpdateOutcome.NotFinite, new[] { 0f, 0, 0 })]
    [InlineData(UpdateOutcome.LengthMismatch, new[] { 1f, 2 })]
    [InlineData(UpdateOutcome.LengthMismatch, new[] { 1f, 2, 3, 4 })]
    public async Task An_answer_that_makes_no_sense_does_not_count_and_is_not_asked_for_again(UpdateOutcome expected, float[] values)
    {
        await using ServerBench bench = Adding(new() { MaxConcurrency = 1 }, reselection: _selector.Every(10, probes: 1));
        TrainingAssignment bad = await Probe(bench, "bad");
        Assert.Equal(expected, (await Answer(bench, bad, values)).Outcome);
        Assert.Empty(_selector.Requests);

        // Its lease has ended, or this would be busy.
        Assert.Equal(UpdateOutcome.Surveyed, (await Answer(bench, await Probe(bench, "good"), 1, 1, 2)).Outcome);

        Assert.Equal([0.25, 0.25, 0.5], Assert.Single(_selector.Requests).Importance.Values.ToArray());
        Assert.Equal(UpdateContent.Difference, (await bench.CheckOutResponse(Probing("bad"))).Assignment!.Content);
    }

    [Fact]
    public async Task An_answer_counts_once_even_when_it_was_the_last_and_is_sent_again()
    {
        await using ServerBench bench = Adding(reselection: _selector.Every(10, probes: 2));
        TrainingAssignment a = await Probe(bench, "a"), b = await Probe(bench, "b");

        Assert.Equal(UpdateOutcome.Surveyed, (await Answer(bench, a, 1, 2, 3)).Outcome);
        Assert.Equal(UpdateOutcome.Duplicate, (await Answer(bench, a, 9, 9, 9)).Outcome);
        Assert.Equal(UpdateOutcome.Surveyed, (await Answer(bench, b, 1, 2, 3)).Outcome);
        Assert.Equal(UpdateOutcome.Duplicate, (await Answer(bench, b, 1, 2, 3)).Outcome);

        Assert.Single(_selector.Requests);
    }

    [Fact]
    public async Task Answers_that_nobody_asked_for_do_not_count()
    {
        await using ServerBench bench = Adding(reselection: _selector.Every(10, probes: 1));
        TrainingAssignment trains = await bench.Assignment("plain");
        TrainingAssignment asked = await Probe(bench, "a");
        UpdateHeader header = asked.CreateHeader(1);

        Assert.Equal(UpdateOutcome.NotAssigned, await OutcomeAsync(trains.CreateHeader(1) with { Content = UpdateContent.Importance }));
        Assert.Equal(UpdateOutcome.NotAssigned, await OutcomeAsync(header with { Client = new ClientId("thief") }));
        Assert.Equal(UpdateOutcome.NotAssigned, await OutcomeAsync(header with { Id = new UpdateId(4711) }));
        Assert.Equal(UpdateOutcome.LayoutMismatch, await OutcomeAsync(header with { LayoutFingerprint = 1 }));
        Assert.Empty(_selector.Requests);
        Assert.Equal(UpdateOutcome.Surveyed, await OutcomeAsync(header));

        async Task<UpdateOutcome> OutcomeAsync(UpdateHeader of)
        {
            using SparseUpdate update = SparseUpdate.Create(of, [1, 2, 3]);
            return (await bench.Server.SubmitAsync(update)).Outcome;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_aggregator_ever_sees_an_answer(bool asks)
    {
        var aggregator = new ScriptedAggregator(Start);
        await using var server = new FederatedServer(aggregator, new SelectionHistory(A), reselection: asks ? _selector.Every(10, probes: 1) : null);
        CheckOutResponse checkOut = await server.CheckOutAsync(Probing("a"), new float[12]);
        using SparseUpdate update = SparseUpdate.Create(checkOut.Assignment!.CreateHeader(1) with { Content = UpdateContent.Importance }, [1, 2, 3]);

        UpdateReceipt receipt = await server.SubmitAsync(update);

        Assert.Equal(asks ? UpdateOutcome.Surveyed : UpdateOutcome.NotAssigned, receipt.Outcome);
        Assert.Empty(aggregator.Seen);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public async Task A_survey_that_finds_too_few_devices_ends_R_versions_later_and_counts_if_half_have_answered(int answers, bool counts)
    {
        await using ServerBench bench = Adding(reselection: _selector.Every(3, probes: 4));
        for (int i = 0; i < answers; i++)
        {
            await Answer(bench, await Probe(bench, $"d{i}"), 0, 0, 1);
        }

        await bench.Round("x");
        await bench.Round("x");
        Assert.Empty(_selector.Requests);
        await bench.Round("x");

        BlockImportance importance = Assert.Single(_selector.Requests).Importance;
        Assert.Equal(counts ? [0, 0, 1] : TurningSelector.Guess.Values.ToArray(), importance.Values.ToArray());
        Assert.Equal(B, bench.Selections.Current.Selection);
        Assert.Equal(UpdateContent.Difference, (await bench.CheckOutResponse(Probing("late"))).Assignment!.Content);

        // The next one opens as usual, and what was learnt before is what counts until it ends.
        for (int i = 0; i < 6; i++)
        {
            await bench.Round("x");
        }

        Assert.Equal(2, _selector.Requests.Count);
        Assert.Equal(importance.Values.ToArray(), _selector.Requests[1].Importance.Values.ToArray());
    }

    [Theory]
    [InlineData(1, 2, false)]
    [InlineData(2, 1, true)]
    [InlineData(1, 0, true)]
    public async Task In_a_small_federation_a_survey_counts_if_more_than_half_of_all_devices_have_answered(int answering, int others, bool counts)
    {
        await using ServerBench bench = Adding(reselection: _selector.Every(3, probes: null));
        for (int i = 0; i < answering; i++)
        {
            await Answer(bench, await Probe(bench, $"d{i}"), 0, 0, 1);
        }

        for (int i = 0; i < 3; i++)
        {
            await bench.Round(others == 0 ? "d0" : $"x{i % others}");
        }

        BlockImportance importance = Assert.Single(_selector.Requests).Importance;
        Assert.Equal(counts ? [0, 0, 1] : TurningSelector.Guess.Values.ToArray(), importance.Values.ToArray());
    }

    [Fact]
    public async Task Without_a_number_of_probes_ten_devices_are_asked()
    {
        await using ServerBench bench = Adding(reselection: _selector.Every(100, probes: null));
        for (int i = 0; i < ReselectionOptions.DefaultProbes; i++)
        {
            Assert.Empty(_selector.Requests);
            await Answer(bench, await Probe(bench, $"d{i}"), 0, 0, 1);
        }

        Assert.Equal([0, 0, 1], Assert.Single(_selector.Requests).Importance.Values.ToArray());
    }

    [Fact]
    public async Task A_poisoned_minority_does_not_move_the_choice()
    {
        _selector.OnSelect = r => r.Importance.Values.IndexOf(r.Importance.Values.Max());
        await using ServerBench bench = Adding(reselection: _selector.Every(10, probes: 5));
        TrainingAssignment[] asked = new TrainingAssignment[5];
        for (int i = 0; i < asked.Length; i++)
        {
            asked[i] = await Probe(bench, $"d{i}");
        }

        await Answer(bench, asked[0], float.MaxValue, 0, 0);
        await Answer(bench, asked[1], float.MaxValue, 0, 0);
        for (int i = 2; i < asked.Length; i++)
        {
            await Answer(bench, asked[i], 1, 2, 4 + i);
        }

        Assert.Equal(C, bench.Selections.Current.Selection);
    }

    [Fact]
    public async Task Devices_that_ask_and_answer_at_once_make_one_choice_of_exactly_the_answers_wanted()
    {
        const int Devices = 40, Probes = 12;
        await using ServerBench bench = Adding(reselection: _selector.Every(1_000_000, Probes));
        UpdateOutcome[] outcomes = await Task.WhenAll(Enumerable.Range(0, Devices).Select(i => Task.Run(async () =>
        {
            TrainingAssignment assignment = (await bench.CheckOutResponse(Probing($"d{i}"))).Assignment!;
            return (assignment.Content == UpdateContent.Importance ? await Answer(bench, assignment, 1, 1, 2) : await bench.Submit(assignment)).Outcome;
        })));

        Assert.Equal(Probes, outcomes.Count(o => o == UpdateOutcome.Surveyed));
        Assert.All(outcomes, o => Assert.True(o is UpdateOutcome.Surveyed or UpdateOutcome.TooStale or UpdateOutcome.Published));
        Assert.Equal([0.25, 0.25, 0.5], Assert.Single(_selector.Requests).Importance.Values.ToArray());
    }
}
