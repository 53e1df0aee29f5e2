using Ftte.Baselines;
using Ftte.Selection;
using Ftte.Tests.Selection;

namespace Ftte.Tests.Baselines;

public class BaselineSelectorTests
{
    /// <summary>Three layers; each has a bias of 1 parameter that saves nothing, half its weights for 20 bytes, or all for 40.</summary>
    private static readonly ParameterLayout Layout = ParameterLayout.Create(
        ("a.weight", [4]), ("a.bias", [1]), ("b.weight", [4]), ("b.bias", [1]), ("c.weight", [4]), ("c.bias", [1]));

    private static readonly TrainingProfile Profile = new(Layout, 0, [.. Enumerable.Range(0, 3).Select(i =>
    {
        ParameterRange weight = Layout.RangeOf(2 * i), bias = Layout.RangeOf((2 * i) + 1);
        return new TrainingStep($"layer{i}", 10, 0, 0, 0,
        [
            new("bias", [bias], 0),
            new("half", [new(weight.Start, 2), bias], 20),
            new("all", [weight, bias], 40),
        ]);
    })]);

    private static int[] Choose(IParameterSelector selector, long memory, long? payload = null, long turn = 0) =>
        [.. selector.Select(new SelectionRequest(Profile, new BlockImportance(Layout, 9, 1, 1, 1, 1, 1), memory, payload) { Turn = turn }).Certificate.Choices];

    [Fact]
    public void Full_trains_every_layer_whole_or_states_the_memory_that_it_takes()
    {
        Assert.Equal([2, 2, 2], Choose(new FullSelector(), 120));
        Assert.Equal(120, Assert.Throws<BudgetTooSmallException>(() => Choose(new FullSelector(), 119)).Required);
        Assert.Equal((SelectionBudget.Payload, 60), Refused(() => Choose(new FullSelector(), 120, payload: 59)));
    }

    [Theory]
    [InlineData(120, new[] { 2, 2, 2 })]
    [InlineData(119, new[] { 1, 2, 2 })]
    [InlineData(80, new[] { 0, 2, 2 })]
    [InlineData(60, new[] { -1, 1, 2 })]
    [InlineData(39, new[] { -1, -1, 1 })]
    [InlineData(10, new[] { -1, -1, 0 })]
    public void Last_blocks_go_from_the_end_until_one_fits_only_in_part(int memory, int[] choices) =>
        Assert.Equal(choices, Choose(new LastBlocksSelector(), memory));

    [Theory]
    [InlineData(1000, null, new[] { 0, 0, 0 })]
    [InlineData(10, 8, new[] { -1, 0, 0 })]
    [InlineData(10, 4, new[] { -1, -1, 0 })]
    public void Bias_only_takes_what_saves_nothing_as_deep_as_fits(int memory, int? payload, int[] choices) =>
        Assert.Equal(choices, Choose(new BiasOnlySelector(), memory, payload));

    [Fact]
    public void Without_a_bias_the_cheapest_choice_that_fits_is_trained()
    {
        var profile = new TrainingProfile(Layout, 0, [.. Profile.Steps.Select(s => s with { Choices = [s.Choices[2], s.Choices[1]] })]);
        var request = new SelectionRequest(profile, new BlockImportance(Layout, new double[6]), 1000);
        Assert.Equal([1, -1, -1], new BiasOnlySelector().Select(request).Certificate.Choices.AsEnumerable());
    }

    [Fact]
    public void Random_choices_differ_by_seed_and_turn_and_repeat_with_the_same()
    {
        int[][] drawn = [.. Enumerable.Range(0, 20).Select(turn => Choose(new RandomSelector(1), 50, turn: turn))];
        Assert.True(drawn.Select(choices => string.Join(',', choices)).Distinct().Count() > 4);
        Assert.Equal(drawn[3], Choose(new RandomSelector(1), 50, turn: 3));
        Assert.Contains(Enumerable.Range(0, 20), turn => !Choose(new RandomSelector(2), 50, turn: turn).SequenceEqual(drawn[turn]));
        Assert.Equal([2, 2, 2], Choose(new RandomSelector(9), 120));
    }

    [Fact]
    public void Evolution_finds_the_optimum_of_a_small_model_and_more_tries_never_find_less()
    {
        Assert.Equal(Choose(new ExactSelector(), 60), Choose(new EvolutionarySelector(), 60));
        SelectionRequest request = WideProfiles.Request(new Random(4), minSteps: 30, maxSteps: 30) with { MemoryBudgetBytes = 2500, PayloadBudgetBytes = null, ComputeBudget = null };
        double Worth(int evaluations) => new EvolutionarySelector(new() { Evaluations = evaluations, Seed = 8 }).Select(request).Certificate.Objective;
        Assert.True(Worth(5000) > Worth(200));
        Assert.True(Worth(5000) <= new ExactSelector().Select(request).Certificate.UpperBound);
    }

    [Fact]
    public void Evolution_refuses_settings_that_make_no_sense_by_name()
    {
        EvolutionarySelectorOptions[] wrong =
        [
            new() { Population = 1 }, new() { Evaluations = 199 }, new() { Tournament = 0 }, new() { Elite = 1 }, new() { Elite = double.NaN }, new() { Mutations = -1 },
        ];
        string[] names = ["Population", "Evaluations", "Tournament", "Elite", "Elite", "Mutations"];
        Assert.Equal(names, wrong.Select(options => Assert.Throws<ArgumentOutOfRangeException>(() => new EvolutionarySelector(options)).ParamName));
    }

    private static (SelectionBudget Budget, long Required) Refused(Action action)
    {
        var refusal = Assert.Throws<BudgetTooSmallException>(action);
        return (refusal.Budget, refusal.Required);
    }
}
