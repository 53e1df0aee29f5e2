using Ftte.TinyEngine.Tests.Reference;

namespace Ftte.TinyEngine.Tests;

/// <summary>The loss is calibrated with the frequency of each class among the device's examples.</summary>
public class LabelCalibrationTests
{
    private const int Classes = 4;

    private static readonly Network Network = Network.Build(inputs: 3).Linear("fc", Classes).SoftmaxCrossEntropy();
    private static readonly float[] Start = Network.Initialize(1);

    // Six of class 0, two of class 1, one of class 2, none of class 3.
    private static readonly int[] Labels = [0, 0, 1, 0, 0, 2, 0, 1, 0];
    private static readonly float[] Inputs = [.. Enumerable.Range(0, 3 * Labels.Length).Select(i => MathF.Sin(i))];
    private static readonly ArrayExamples Examples = new(Inputs, Labels, inputLength: 3);

    [Theory]
    [InlineData(1f)]
    [InlineData(0.5f)]
    public void A_step_follows_the_gradient_of_the_loss_with_the_logarithms_of_shares_added_to_the_logits(float strength)
    {
        float[] trained = Train(new SgdOptions { LabelCalibration = strength, LearningRate = 1, ClipRatio = null });

        Assert.Equal(Expected(strength), trained.Select(value => (double)value), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void A_class_that_is_not_there_is_left_alone()
    {
        float[] plain = Train(new SgdOptions { LearningRate = 1, ClipRatio = null }), calibrated = Train(new SgdOptions { LabelCalibration = 1, LearningRate = 1, ClipRatio = null });
        int bias = Network.Layout["fc.bias"].Range.Start + 3;

        Assert.True(Math.Abs(calibrated[bias] - Start[bias]) < 0.3 * Math.Abs(plain[bias] - Start[bias]), $"{calibrated[bias] - Start[bias]} of {plain[bias] - Start[bias]}");
    }

    [Fact]
    public void Where_all_classes_are_as_common_nothing_changes_but_rounding()
    {
        var even = new ArrayExamples(Inputs.AsMemory(0, 3 * 8), new[] { 0, 1, 2, 3, 3, 2, 1, 0 }, inputLength: 3);
        float[] plain = [.. Start], calibrated = [.. Start];
        Network.Train(plain, even, new SgdOptions { BatchSize = 3 });
        Network.Train(calibrated, even, new SgdOptions { BatchSize = 3, LabelCalibration = 1 });

        Assert.Equal(plain, calibrated, (a, b) => Math.Abs(a - b) < 1e-5f);
    }

    [Fact]
    public void Micro_batches_kept_features_and_threads_change_no_bit()
    {
        Network network = TestNetworks.All["norm"]();
        IExampleSource examples = TestNetworks.Examples(network, 10, seed: 1);
        ParameterSelection head = ParameterSelection.OfBlocks(network.Layout, "fc.weight", "fc.bias");
        float[] Trained(EngineOptions engine)
        {
            float[] parameters = network.Initialize(1);
            network.Train(parameters, examples, new SgdOptions { BatchSize = 4, Epochs = 2, LabelCalibration = 1 }, head, engine);
            return parameters;
        }

        float[] expected = Trained(new EngineOptions());
        Assert.Equal(expected, Trained(new EngineOptions { MicroBatchSize = 1 }));
        Assert.Equal(expected, Trained(new EngineOptions { CacheFrozenFeatures = true, Threads = 2 }));
    }

    [Fact]
    public void Its_memory_is_planned()
    {
        var plain = new SgdOptions { BatchSize = 4 };
        var calibrated = new SgdOptions { BatchSize = 4, LabelCalibration = 1 };
        long more = Network.Plan(Network.Trainable, calibrated).PeakBytes - Network.Plan(Network.Trainable, plain).PeakBytes;

        Assert.Equal(64, more); // a shift and a sum per class, rounded up to a cache line
        Assert.Equal(more, Network.Profile(calibrated).ResidentBytes - Network.Profile(plain).ResidentBytes);
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Train(new SgdOptions { LabelCalibration = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Train(new SgdOptions { LabelCalibration = float.NaN }));
        Network regression = Network.Build(inputs: 3).Linear("fc", 2).MeanSquaredError();
        ArgumentException error = Assert.Throws<ArgumentException>(() => regression.Plan(regression.Trainable, new SgdOptions { LabelCalibration = 1 }));
        Assert.Contains("LabelCalibration", error.Message, StringComparison.Ordinal);
        Assert.Contains("label 7", Assert.Throws<InvalidOperationException>(
            () => Network.Train([.. Start], new ArrayExamples(new float[] { 1, 2, 3 }, new[] { 7 }, inputLength: 3), new SgdOptions { LabelCalibration = 1 })).Message, StringComparison.Ordinal);
    }

    private static float[] Train(SgdOptions options)
    {
        options.BatchSize = Labels.Length;
        float[] parameters = [.. Start];
        Network.Train(parameters, Examples, options);
        return parameters;
    }

    /// <summary>One step of size 1 on all examples, in plain loops.</summary>
    private static double[] Expected(double strength)
    {
        int weights = Network.Layout["fc.weight"].Range.Start, biases = Network.Layout["fc.bias"].Range.Start;
        double[] result = [.. Start.Select(value => (double)value)];
        double[] prior = [.. Enumerable.Range(0, Classes).Select(c => strength * Math.Log((Labels.Count(label => label == c) + 0.5) / (Labels.Length + (0.5 * Classes))))];
        for (int n = 0; n < Labels.Length; n++)
        {
            double[] logits = [.. Enumerable.Range(0, Classes).Select(c => Start[biases + c] + prior[c] + Enumerable.Range(0, 3).Sum(i => (double)Inputs[(3 * n) + i] * Start[weights + (i * Classes) + c]))];
            double sum = logits.Sum(Math.Exp);
            for (int c = 0; c < Classes; c++)
            {
                double gradient = ((Math.Exp(logits[c]) / sum) - (c == Labels[n] ? 1 : 0)) / Labels.Length;
                result[biases + c] -= gradient;
                for (int i = 0; i < 3; i++)
                {
                    result[weights + (i * Classes) + c] -= gradient * Inputs[(3 * n) + i];
                }
            }
        }

        return result;
    }
}
