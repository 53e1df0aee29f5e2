using Ftte.Aggregation;
using Ftte.PublicApi.Tests.Outsider;
using Ftte.TinyEngine;

namespace Ftte.PublicApi.Tests;

/// <summary>Parts of the engine that are implemented outside the library, as documented in docs/extending.md.</summary>
public class EngineExtensionTests
{
    private static readonly Network Classifier = Network.Build(inputs: 2).Linear("fc1", 4).Relu().Linear("fc2", 2).SoftmaxCrossEntropy();
    private static readonly Readings Windows = new([[1, 2], [-1, 3], [0.5f, -2]], [0, 1, 0]);

    [Fact]
    public void A_guard_from_outside_refuses_a_version_with_too_low_an_accuracy()
    {
        var model = new ModelSnapshot(Classifier.Layout, default, Classifier.Initialize(seed: 1));
        var step = new StepStatistics(UpdateCount: 3, Norm: 1, RootMeanSquare: 1, ReferenceRootMeanSquare: 1);

        Assert.Null(new AccuracyGuard(Classifier, Windows, minAccuracy: 0).Check(model, model, step));
        Assert.StartsWith("The accuracy of the step of 3 updates is ", new AccuracyGuard(Classifier, Windows, minAccuracy: 1.5).Check(model, model, step), StringComparison.Ordinal);
    }

    [Fact]
    public void An_example_source_from_outside_is_evaluated_as_the_librarys_with_the_same_examples()
    {
        float[] parameters = Classifier.Initialize(seed: 1);

        Evaluation expected = Classifier.Evaluate(parameters, new ArrayExamples(new float[] { 1, 2, -1, 3, 0.5f, -2 }, new[] { 0, 1, 0 }, inputLength: 2));

        Assert.Equal(expected, Classifier.Evaluate(parameters, Windows));
    }

    [Fact]
    public void A_varying_source_from_outside_changes_the_input_by_the_random_bits_of_a_visit()
    {
        float[] plain = new float[2], mirrored = new float[2];
        var source = new MirroredReadings(Windows);

        Assert.Equal((1, 1), (source.CopyTo(1, draw: 2, plain), source.CopyTo(1, draw: 3, mirrored)));

        Assert.Equal([-1, 3], plain);
        Assert.Equal([3, -1], mirrored);
    }

    [Fact]
    public void A_measure_from_outside_returns_a_value_per_block()
    {
        float[] parameters = [.. Enumerable.Repeat(-2f, Classifier.Layout.ParameterCount)];

        Assert.Equal(Classifier.Layout.Blocks.Select(block => 2.0 * block.Range.Length), new SizeMeasure().Measure(Classifier, parameters, Windows).Values);
    }

    [Fact]
    public void A_personalization_policy_from_outside_selects_its_blocks()
    {
        var policy = new TwoLayers();

        ParameterSelection personal = policy.SelectPersonal(Classifier, NormalizationMode.Frozen);

        Assert.Equal(4 + 8 + 2, personal.Count);
        Assert.Equal(3, policy.Tuning.Epochs);
    }
}
