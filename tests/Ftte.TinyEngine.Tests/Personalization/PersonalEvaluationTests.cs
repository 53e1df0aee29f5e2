using Ftte.TinyEngine.Metrics;
using Ftte.TinyEngine.Personalization;
using Ftte.TinyEngine.Tests.Reference;
using static Ftte.TinyEngine.Tests.Personalization.PersonalBench;

namespace Ftte.TinyEngine.Tests.Personalization;

/// <summary>The server asks a device with personal parameters to evaluate a version.</summary>
public class PersonalEvaluationTests
{
    private static readonly IExampleSource HeldBack = TestNetworks.Examples(Net, 21, 6);
    private static readonly TrainingAssignment Question = TestData.Assign(Net, Body, 7, UpdateContent.Evaluation);

    [Theory]
    [InlineData("local head", true)]
    [InlineData("alternating head", true)]
    [InlineData("local normalization", true)]
    [InlineData("proximal copy", false)]
    [InlineData("fine-tuning", false)]
    public async Task A_device_evaluates_the_personal_model_if_personal_parameters_replace_shared_ones(string policy, bool isPersonal)
    {
        PersonalModel model = CreateTrained(policy, 1);
        using LocalTrainer trainer = Create(model);
        using SparseUpdate update = await trainer.EvaluateAsync(Question, Start);

        Evaluation expected = Net.Evaluate(isPersonal ? ModelOf(model) : Start, HeldBack), other = Net.Evaluate(isPersonal ? Start : ModelOf(model), HeldBack);
        Assert.Equal(expected, trainer.LastEvaluation);
        Assert.NotEqual(expected.Loss, other.Loss);
    }

    [Theory]
    [MemberData(nameof(Names), MemberType = typeof(PersonalBench))]
    public async Task Before_the_first_training_a_device_evaluates_the_shared_model(string policy)
    {
        using LocalTrainer trainer = Create(PersonalBench.Create(policy));
        using SparseUpdate update = await trainer.EvaluateAsync(Question, Start);

        Assert.Equal(Net.Evaluate(Start, HeldBack), trainer.LastEvaluation);
    }

    [Fact]
    public async Task Running_statistics_of_a_device_are_evaluated_too()
    {
        PersonalModel model = PersonalBench.Create("local normalization", normalization: NormalizationMode.Batch);
        float[] values = TestData.Values(model.Coordinates.Count, 1);
        model.Keep(model.Coordinates, [.. values.Select(value => Math.Abs(value) + 0.1f)]);
        SgdOptions options = Options.Copy();
        options.Normalization = NormalizationMode.Batch;
        using var trainer = new LocalTrainer(Net, Examples, options, heldBack: HeldBack, personal: model);
        using SparseUpdate update = await trainer.EvaluateAsync(Question, Start);

        Assert.Equal(Net.Evaluate(ModelOf(model), HeldBack), trainer.LastEvaluation);
    }

    [Fact]
    public async Task Metrics_of_the_app_are_of_the_personal_model()
    {
        PersonalModel model = CreateTrained("local head", 1);
        using var trainer = new LocalTrainer(
            Net, Examples, Options, heldBack: HeldBack, personal: model, metrics: (predictor, examples, stop) => [(float)ClassificationMetrics.Measure(predictor, examples, stop).Confusion.MacroF1]);
        using SparseUpdate update = await trainer.EvaluateAsync(Question, Start);

        Assert.Equal(MacroF1(ModelOf(model)), update.Values.Span[2]);
        Assert.NotEqual(MacroF1(Start), update.Values.Span[2]);
    }

    [Fact]
    public async Task Evaluating_changes_no_bit_of_training()
    {
        PersonalModel asked = PersonalBench.Create("local head"), left = PersonalBench.Create("local head");
        using LocalTrainer evaluating = Create(asked), training = Create(left);
        for (ulong round = 1; round <= 3; round++)
        {
            using SparseUpdate update = await evaluating.EvaluateAsync(Question, Start);
            Assert.Equal((await TrainAsync(training, Body, 1, round))[0], (await TrainAsync(evaluating, Body, 1, round))[0]);
        }

        Assert.Equal(ModelOf(left), ModelOf(asked));
    }

    private static LocalTrainer Create(PersonalModel model) => new(Net, Examples, Options, heldBack: HeldBack, personal: model);

    private static float MacroF1(float[] parameters)
    {
        using Predictor predictor = Net.CreatePredictor(parameters);
        return (float)ClassificationMetrics.Measure(predictor, HeldBack).Confusion.MacroF1;
    }
}
