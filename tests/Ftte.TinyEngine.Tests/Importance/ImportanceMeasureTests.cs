using Ftte.Baselines;
using Ftte.Selection;
using Ftte.TinyEngine.Importance;
using Ftte.TinyEngine.Tests.Reference;

namespace Ftte.TinyEngine.Tests.Importance;

/// <summary>The measures against straightforward computations, over the gradient by differences of the readable twin where one is needed.</summary>
public class ImportanceMeasureTests
{
    private const int Count = 6;

    public static TheoryData<string> Networks => [.. (string[])["linear", "conv", "depthwise", "norm", "group norm", "residual", "binary", "autoencoder"]];

    public static IReadOnlyDictionary<string, IImportanceMeasure> All { get; } = new Dictionary<string, IImportanceMeasure>
    {
        ["energy"] = new GradientEnergyMeasure(),
        ["sensitivity"] = new SensitivityMeasure(),
        ["trial step"] = new TrialStepMeasure(),
        ["fisher"] = new ActivationFisherMeasure(),
        ["contribution"] = new ContributionMeasure(new ContributionOptions { Gain = ContributionGain.Loss, Training = new SgdOptions { Steps = 2 } }),
        ["magnitude"] = new MagnitudeMeasure(),
    };

    public static TheoryData<string> Measures => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Gradient_energy_is_the_sum_of_squares_of_the_mean_gradient(string name)
    {
        var problem = new Problem(name);
        problem.AssertSums(j => problem.Slope[j] * problem.Slope[j], new GradientEnergyMeasure());
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Sensitivity_is_the_sum_of_gradient_times_weight(string name)
    {
        var problem = new Problem(name);
        problem.AssertSums(j => Math.Abs(problem.Slope[j] * problem.Start[j]), new SensitivityMeasure());
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void One_plain_trial_step_takes_off_the_energy_times_the_step_size(string name)
    {
        var problem = new Problem(name);
        problem.AssertSums(j => 0.05f * problem.Slope[j] * problem.Slope[j], new TrialStepMeasure());
    }

    [Fact]
    public void Several_trial_steps_are_judged_by_the_gradient_at_the_start()
    {
        var problem = new Problem("conv");
        var options = new SgdOptions { Steps = 4, BatchSize = 2, Momentum = 0.5f, LearningRate = 0.02f, ClipRatio = null, Seed = 3 };
        float[] trained = [.. problem.Start];
        problem.Network.Train(trained, problem.Examples, options);
        problem.AssertSums(j => -problem.Slope[j] * (trained[j] - problem.Start[j]), new TrialStepMeasure(options));
    }

    [Fact]
    public void A_block_whose_trial_increases_the_loss_has_importance_zero()
    {
        // Steps that overshoot, on other examples than those the gradient is of last.
        var problem = new Problem("linear");
        var options = new SgdOptions { Steps = 40, BatchSize = 1, LearningRate = 1.5f, ClipRatio = null };
        float[] trained = [.. problem.Start];
        problem.Network.Train(trained, problem.Examples, options);
        float[] gradient = problem.Network.Gradient(problem.Start, problem.Examples);
        double[] signed = problem.Sums(j => -(double)gradient[j] * ((double)trained[j] - problem.Start[j]));
        Assert.Contains(signed, v => v < 0);
        Assert.Equal(signed.Select(v => Math.Max(0, v)), new TrialStepMeasure(options).Measure(problem.Network, problem.Start, problem.Examples).Values);
    }

    /// <summary>Gating a channel of a layer's output is scaling what makes it: the loss is differentiated by the gate, in float64, example by example.</summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void Fisher_is_the_squared_slope_of_the_loss_by_gates_on_channels(string name)
    {
        const double Step = 1e-6;
        var problem = new Problem(name);
        BlockImportance actual = new ActivationFisherMeasure().Measure(problem.Network, problem.Start, problem.Examples);
        foreach (Operation layer in problem.Network.Operations.Where(o => o.Trainable.Any()))
        {
            double expected = 0;
            for (int n = 0; n < Count; n++)
            {
                IExampleSource example = OneExample.Of(problem.Examples, n);
                for (int channel = 0; channel < layer.Output.Shape.Channels; channel++)
                {
                    double above = ReferenceNetwork.Loss(problem.Network, Gate(problem, layer, channel, 1 + Step), example);
                    double below = ReferenceNetwork.Loss(problem.Network, Gate(problem, layer, channel, 1 - Step), example);
                    expected += Math.Pow((above - below) / (2 * Step), 2) / (2 * Count);
                }
            }

            double worth = layer.Trainable.Sum(b => actual.Values[problem.Network.Layout.Blocks.IndexOf(b)]);
            Assert.True(Math.Abs(worth - expected) <= 1e-3 * expected + 1e-9, $"{layer.Name}: {worth}, not {expected}");
            int parameters = layer.Trainable.Sum(b => b.Range.Length);
            Assert.All(layer.Trainable, b => Assert.Equal(worth * b.Range.Length / parameters, actual.Values[problem.Network.Layout.Blocks.IndexOf(b)], 1e-12));
        }
    }

    [Fact]
    public void Fisher_of_a_linear_layer_is_what_its_outputs_and_their_gradients_say()
    {
        Network network = Network.Build(2).Linear("fc", 2).MeanSquaredError();
        float[] w = [0.5f, -1, 2, 0.25f, 0.1f, -0.3f];
        ArrayExamples inputs = new(new float[] { 1, 2, -1, 0.5f }, new int[2], 2);
        BlockImportance actual = new ActivationFisherMeasure().Measure(network, w, new ReconstructionExamples(inputs));
        double expected = 0;
        foreach ((double x0, double x1) in ((double, double)[])[(1, 2), (-1, 0.5)])
        {
            double a0 = (0.5 * x0) + (2 * x1) + 0.1, a1 = (-1 * x0) + (0.25 * x1) - 0.3;
            (double g0, double g1) = Slopes(a0 - x0, a1 - x1);
            expected += (Math.Pow(a0 * g0, 2) + Math.Pow(a1 * g1, 2)) / (2 * 2);
        }

        Assert.Equal(expected, actual.Values.Sum(), 1e-5);

        // The slope of the mean of two squared errors, as the engine scales it.
        (double, double) Slopes(double e0, double e1)
        {
            double loss = network.Evaluate(w, OneExample.Of(new ReconstructionExamples(inputs), 0)).Loss;
            double scale = loss / (Math.Pow(4.6 - 1, 2) + Math.Pow(-0.8 - 2, 2));
            return (2 * scale * e0, 2 * scale * e1);
        }
    }

    [Fact]
    public void Magnitude_is_the_sum_of_absolute_values_and_needs_no_examples()
    {
        var problem = new Problem("norm");
        BlockImportance actual = new MagnitudeMeasure().Measure(problem.Network, problem.Start);
        double[] expected = problem.Sums(j => Math.Abs((double)problem.Start[j]));
        for (int b = 0; b < expected.Length; b++)
        {
            Assert.Equal(expected[b], actual.Values[b], 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Measures))]
    public void Running_statistics_have_importance_zero_and_other_blocks_do_not(string measure)
    {
        var problem = new Problem("norm");
        BlockImportance actual = All[measure].Measure(problem.Network, problem.Start, problem.Examples);
        Assert.Contains(actual.Values, v => v > 0);
        Assert.All(
            Enumerable.Range(0, actual.Values.Length).Where(b => !problem.Network.Trainable.Contains(problem.Network.Layout.RangeOf(b).Start)),
            b => Assert.Equal(0, actual.Values[b]));
    }

    [Theory]
    [MemberData(nameof(Measures))]
    public void A_measure_changes_no_parameter_and_gives_the_same_bits_again(string measure)
    {
        var problem = new Problem("residual");
        float[] before = [.. problem.Start];
        BlockImportance first = All[measure].Measure(problem.Network, problem.Start, problem.Examples);
        Assert.Equal(before, problem.Start);
        Assert.Equal(first.Values.AsEnumerable(), All[measure].Measure(problem.Network, problem.Start, problem.Examples).Values);
    }

    [Theory]
    [MemberData(nameof(Measures))]
    public void What_is_not_finite_gives_one_error_that_names_a_block(string measure)
    {
        var problem = new Problem("linear");
        problem.Start[5] = float.PositiveInfinity;
        string message = Assert.Throws<InvalidOperationException>(() => All[measure].Measure(problem.Network, problem.Start, problem.Examples)).Message;
        Assert.StartsWith("The importance of block 'fc", message, StringComparison.Ordinal);
        Assert.Contains("not diverged", message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Measures))]
    public void A_cancelled_measure_stops(string measure)
    {
        var problem = new Problem("linear");
        Assert.Throws<OperationCanceledException>(
            () => All[measure].Measure(problem.Network, problem.Start, problem.Examples, new CancellationToken(canceled: true)));
    }

    [Theory]
    [MemberData(nameof(Measures))]
    public void A_vector_of_another_length_is_refused(string measure)
    {
        var problem = new Problem("linear");
        Assert.Throws<ArgumentException>(() => All[measure].Measure(problem.Network, problem.Start.AsSpan(1), problem.Examples));
    }

    [Fact]
    public void Options_out_of_range_are_refused_when_the_measure_is_made()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TrialStepMeasure(new SgdOptions { BatchSize = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TrialStepMeasure(engine: new EngineOptions { Threads = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ContributionMeasure(new ContributionOptions { Training = new SgdOptions { Steps = 0 } }));
    }

    private static double[] Gate(Problem problem, Operation layer, int channel, double factor)
    {
        double[] w = [.. problem.Start.Select(v => (double)v)];
        int channels = layer.Output.Shape.Channels;
        foreach (ParameterBlock block in layer.Trainable)
        {
            for (int i = channel; i < block.Range.Length; i += channels)
            {
                w[block.Range.Start + i] *= factor;
            }
        }

        return w;
    }

    private sealed class Problem
    {
        private readonly Lazy<double[]> _slope;

        public Problem(string name)
        {
            Network = TestNetworks.All[name]();
            Start = TestNetworks.Parameters(Network, 5);
            Examples = TestNetworks.Examples(Network, Count, 9);
            _slope = new(() => ReferenceNetwork.FiniteDifferences(Network, [.. Start.Select(v => (double)v)], Examples));
        }

        public Network Network { get; }

        public float[] Start { get; }

        public IExampleSource Examples { get; }

        public double[] Slope => _slope.Value;

        public double[] Sums(Func<int, double> term) =>
        [
            .. Network.Layout.Blocks.Select(
                b => Network.Trainable.Contains(b.Range.Start) ? Enumerable.Range(b.Range.Start, b.Range.Length).Sum(term) : 0),
        ];

        public void AssertSums(Func<int, double> term, IImportanceMeasure measure)
        {
            double[] expected = Sums(term);
            BlockImportance actual = measure.Measure(Network, Start, Examples);
            for (int b = 0; b < expected.Length; b++)
            {
                double worth = Math.Max(0, expected[b]);
                Assert.True(Math.Abs(actual.Values[b] - worth) <= (1e-3 * worth) + 1e-7, $"{Network.Layout.Blocks[b].Name}: {actual.Values[b]}, not {worth}");
            }

            Assert.Contains(actual.Values, v => v > 0);
        }
    }
}
