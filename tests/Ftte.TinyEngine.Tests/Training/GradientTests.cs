using Ftte.TinyEngine.Tests.Reference;

namespace Ftte.TinyEngine.Tests.Training;

/// <summary>The engine against finite differences and full backpropagation in float64.</summary>
public class GradientTests
{
    private const int Count = 7;
    private static readonly int[] Widths = [9, 21, 18, 4];
    private static readonly ScalarNetwork Twin = new(Widths);
    private static readonly Network Network = ScalarNetwork.Build(Widths);
    private static readonly float[][] Inputs = TestData.Rows(Count, Widths[0], 11);
    private static readonly int[] Labels = TestData.Labels(Count, Widths[^1], 12);
    private static readonly ArrayExamples Examples = TestData.Examples(Inputs, Labels);
    private static readonly float[] Start = StartParameters();
    private static readonly double[] Expected = Twin.FiniteDifferences(Wide(Start), Inputs, Labels);

    public static TheoryData<int> EveryChoiceOfBlocks => [.. Enumerable.Range(1, (1 << Network.Layout.Blocks.Length) - 1)];

    [Fact]
    public void The_twin_itself_agrees_with_finite_differences() =>
        AssertClose(Expected, Twin.Differentiate(Wide(Start), Inputs, Labels).Gradient, 1e-8);

    [Theory]
    [InlineData(100)]
    [InlineData(4)]
    [InlineData(1)]
    public void The_dense_gradient_agrees_with_finite_differences_at_every_batch_size(int batchSize) =>
        AssertClose(Expected, Wide(Network.Gradient(Start, Examples, batchSize)), 1e-6);

    [Theory]
    [MemberData(nameof(EveryChoiceOfBlocks))]
    public void One_step_on_any_choice_of_blocks_follows_the_gradient_there_and_changes_no_bit_elsewhere(int mask)
    {
        ParameterSelection selection = BlocksOf(mask);
        float[] trained = OneStep(selection);
        for (int j = 0; j < trained.Length; j++)
        {
            if (selection.Contains(j))
            {
                Assert.Equal(Start[j] - Expected[j], trained[j], 1e-6);
            }
            else
            {
                Assert.Equal(BitConverter.SingleToInt32Bits(Start[j]), BitConverter.SingleToInt32Bits(trained[j]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(EveryChoiceOfBlocks))]
    public void Stopping_at_the_cut_gives_the_bits_that_full_backpropagation_gives(int mask)
    {
        ParameterSelection selection = BlocksOf(mask);
        float[] all = OneStep(ParameterSelection.Full(Network.Layout)), some = OneStep(selection);
        float[] expected = new float[selection.Count], actual = new float[selection.Count];
        selection.Gather(all, expected);
        selection.Gather(some, actual);
        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData(0.125)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Training_some_input_channels_follows_the_gradient_of_those(double share)
    {
        TrainingProfile profile = Network.Profile(Count, [share]);
        for (int choice = 1; choice <= 2; choice++)
        {
            ParameterSelection selection = ParameterSelection.Create(
                Start.Length, profile.Steps.Where(s => s.Choices.Length > 0).SelectMany(s => s.Choices[choice].Ranges.AsEnumerable()));
            AssertFollows(selection, OneStep(selection));
        }
    }

    [Fact]
    public void Training_scattered_coordinates_follows_the_gradient_of_those()
    {
        for (ulong seed = 0; seed < 10; seed++)
        {
            ParameterSelection selection = ParameterSelection.Create(
                Start.Length,
                Enumerable.Range(0, 12).Select(i =>
                {
                    int start = (int)(SplitMix64.At(seed, (ulong)i) % (ulong)Start.Length);
                    return new ParameterRange(start, Math.Min(Start.Length - start, (int)(SplitMix64.At(seed + 100, (ulong)i) % 40)));
                }));
            AssertFollows(selection, OneStep(selection));
        }
    }

    [Fact]
    public void Many_steps_on_a_subset_follow_the_twin()
    {
        ParameterSelection selection = ParameterSelection.OfBlocks(Network.Layout, "fc2.weight", "fc3.bias");
        float[] parameters = [.. Start];
        Network.Train(parameters, Examples, new SgdOptions { BatchSize = Count, Steps = 50, LearningRate = 0.5f, WeightDecay = 0.01f }, selection);

        double[] twin = Wide(Start);
        for (int step = 0; step < 50; step++)
        {
            double[] gradient = Twin.Differentiate(twin, Inputs, Labels).Gradient;
            for (int j = 0; j < twin.Length; j++)
            {
                twin[j] -= selection.Contains(j) ? 0.5 * (gradient[j] + (0.01 * twin[j])) : 0;
            }
        }

        AssertClose(twin, Wide(parameters), 1e-4);
        Assert.Equal(Twin.Differentiate(twin, Inputs, Labels).Loss, Network.Evaluate(parameters, Examples).Loss, 1e-4);
    }

    [Fact]
    public void Evaluation_agrees_with_the_twin_at_every_batch_size()
    {
        double loss = Twin.Differentiate(Wide(Start), Inputs, Labels).Loss;
        foreach (int batchSize in (int[])[1, 3, 7, 50])
        {
            Evaluation evaluation = Network.Evaluate(Start, Examples, batchSize);
            Assert.Equal(loss, evaluation.Loss, 1e-6);
            Assert.Equal(Count, evaluation.Count);
            Assert.Equal(Network.Evaluate(Start, Examples).Accuracy, evaluation.Accuracy);
        }
    }

    private static void AssertFollows(ParameterSelection selection, float[] trained)
    {
        for (int j = 0; j < trained.Length; j++)
        {
            Assert.Equal(selection.Contains(j) ? Start[j] - Expected[j] : Start[j], trained[j], 1e-6);
        }
    }

    private static float[] OneStep(ParameterSelection selection)
    {
        float[] parameters = [.. Start];
        Network.Train(parameters, Examples, new SgdOptions { BatchSize = Count, Steps = 1, LearningRate = 1 }, selection);
        return parameters;
    }

    private static ParameterSelection BlocksOf(int mask) =>
        ParameterSelection.OfBlocks(Network.Layout, [.. Network.Layout.Blocks.Where((_, i) => (mask & (1 << i)) != 0).Select(b => b.Name)]);

    /// <summary>Biases are not 0, so that a mistake in them shows.</summary>
    private static float[] StartParameters()
    {
        float[] parameters = Network.Initialize(3);
        float[] noise = TestData.Values(parameters.Length, 4);
        return [.. parameters.Select((p, j) => p + (0.1f * noise[j]))];
    }

    private static double[] Wide(float[] values) => [.. values.Select(v => (double)v)];

    private static void AssertClose(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int j = 0; j < expected.Length; j++)
        {
            Assert.Equal(expected[j], actual[j], tolerance);
        }
    }
}
