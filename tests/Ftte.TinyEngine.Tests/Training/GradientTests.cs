using Ftte.Selection;
using Ftte.TinyEngine.Tests.Reference;

namespace Ftte.TinyEngine.Tests;

/// <summary>The engine against finite differences in float64, for every operation and every choice of trained blocks.</summary>
public class GradientTests
{
    private const int Count = 5;

    public static TheoryData<string> Networks => TestNetworks.Names;

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_gradient_agrees_with_finite_differences_at_every_batch_size(string name)
    {
        var problem = new Problem(name);
        foreach (int batchSize in (int[])[1, 2, 5])
        {
            problem.AssertGradient(problem.Network.Gradient(problem.Start, problem.Examples, batchSize));
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_loss_agrees_with_the_twin(string name)
    {
        var problem = new Problem(name);
        double expected = ReferenceNetwork.Loss(problem.Network, Problem.Wide(problem.Start), problem.Examples);
        Assert.Equal(expected, problem.Network.Evaluate(problem.Start, problem.Examples, batchSize: 2).Loss, 1e-5);
    }

    /// <summary>Also where backward stops early, weights are mixed of trained and frozen, and prefixes are streamed.</summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void One_step_on_any_choice_of_blocks_follows_the_gradient_there_and_changes_no_bit_elsewhere(string name)
    {
        var problem = new Problem(name);
        foreach (ParameterSelection selection in problem.ChoicesOfBlocks())
        {
            problem.AssertStep(selection, problem.OneStep(selection));
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Stopping_early_and_micro_batches_and_streaming_give_the_bits_of_full_backpropagation(string name)
    {
        var problem = new Problem(name);
        float[] all = problem.OneStep(ParameterSelection.Full(problem.Network.Layout));
        EngineOptions[] engines =
        [
            new(), new() { MicroBatchSize = 1 }, new() { MicroBatchSize = 2, PrefixExamples = null }, new() { PrefixExamples = null }, new() { PrefixExamples = 2 },
            new() { CacheFrozenFeatures = true },
        ];
        foreach (ParameterSelection selection in problem.ChoicesOfBlocks())
        {
            float[] expected = new float[selection.Count], actual = new float[selection.Count];
            selection.Gather(all, expected);
            foreach (EngineOptions engine in engines)
            {
                selection.Gather(problem.OneStep(selection, engine), actual);
                Assert.Equal(expected, actual);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Any_number_of_threads_gives_the_bits_of_one(string name)
    {
        var problem = new Problem(name);
        foreach (ParameterSelection selection in problem.ChoicesOfBlocks().TakeLast(2).Append(problem.Network.Trainable))
        {
            float[] expected = problem.OneStep(selection);
            Assert.Equal(expected, problem.OneStep(selection, new EngineOptions { Threads = 3 }));
            Assert.Equal(expected, problem.OneStep(selection, new EngineOptions { Threads = 2, MicroBatchSize = 3 }));
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Training_some_input_channels_follows_the_gradient_of_those(string name)
    {
        var problem = new Problem(name);
        foreach (double share in (double[])[0.125, 0.5, 0.9])
        {
            TrainingProfile profile = problem.Network.Profile(Count, [share]);
            var ranges = profile.Steps.Where(s => s.Choices.Length > 0).SelectMany(s => s.Choices[^1].Ranges.AsEnumerable());
            var selection = ParameterSelection.Create(problem.Start.Length, ranges);
            problem.AssertStep(selection, problem.OneStep(selection));
            problem.AssertStep(selection, problem.OneStep(selection, new EngineOptions { MicroBatchSize = 1 }));
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Training_scattered_coordinates_follows_the_gradient_of_those(string name)
    {
        var problem = new Problem(name);
        int count = problem.Start.Length;
        for (ulong seed = 0; seed < 8; seed++)
        {
            var ranges = Enumerable.Range(0, 12).Select(i =>
            {
                int start = (int)(SplitMix64.At(seed, (ulong)i) % (ulong)count);
                return new ParameterRange(start, Math.Min(count - start, (int)(SplitMix64.At(seed + 100, (ulong)i) % 40)));
            });
            var selection = ParameterSelection.Create(count, ranges);
            problem.AssertStep(selection, problem.OneStep(selection));
            problem.AssertStep(selection, problem.OneStep(selection, new EngineOptions { MicroBatchSize = 2 }));
        }
    }

    [Theory]
    [InlineData("norm")]
    [InlineData("residual")]
    [InlineData("inverted")]
    [InlineData("autoencoder")]
    public void Statistics_of_the_batch_have_the_gradient_of_finite_differences(string name)
    {
        var problem = new Problem(name);
        double[] expected = ReferenceNetwork.FiniteDifferences(problem.Network, Problem.Wide(problem.Start), problem.Examples, usesBatchStatistics: true);
        foreach (ParameterSelection selection in problem.ChoicesOfBlocks())
        {
            float[] trained = problem.OneStep(selection, normalization: NormalizationMode.Batch);
            foreach (int j in Enumerable.Range(0, trained.Length).Where(j => problem.Network.Trainable.Contains(j)))
            {
                Assert.Equal(problem.Start[j] - (selection.Contains(j) ? expected[j] : 0), trained[j], 2e-4);
            }
        }
    }

    /// <summary>A network with parameters, examples and the gradient that finite differences give.</summary>
    private sealed class Problem
    {
        private static readonly Dictionary<string, double[]> Known = [];
        private readonly double[] _expected;

        public Problem(string name)
        {
            Network = TestNetworks.All[name]();
            Examples = TestNetworks.Examples(Network, Count, 11);
            Start = TestNetworks.Parameters(Network, 3);
            lock (Known)
            {
                if (!Known.TryGetValue(name, out double[]? gradient))
                {
                    Known[name] = gradient = ReferenceNetwork.FiniteDifferences(Network, Wide(Start), Examples);
                }

                _expected = gradient;
            }
        }

        public Network Network { get; }

        public IExampleSource Examples { get; }

        public float[] Start { get; }

        public static double[] Wide(float[] values) => [.. values.Select(v => (double)v)];

        /// <summary>Every choice of up to seven blocks; of more, every single one, every one left out, and some at random.</summary>
        public IEnumerable<ParameterSelection> ChoicesOfBlocks()
        {
            ParameterBlock[] blocks = [.. Network.Operations.SelectMany(o => o.Trainable)];
            int all = (1 << blocks.Length) - 1;
            IEnumerable<int> masks = blocks.Length <= 7
                ? Enumerable.Range(1, all)
                : Enumerable.Range(0, blocks.Length).SelectMany(i => (int[])[1 << i, all ^ (1 << i)])
                    .Concat(Enumerable.Range(0, 25).Select(i => 1 + (int)(SplitMix64.At(7, (ulong)i) % (ulong)all)));
            return masks.Select(mask => ParameterSelection.Create(
                Start.Length, blocks.Where((_, i) => (mask & (1 << i)) != 0).Select(b => b.Range)));
        }

        public float[] OneStep(ParameterSelection selection, EngineOptions? engine = null, NormalizationMode normalization = NormalizationMode.Frozen)
        {
            float[] parameters = [.. Start];
            var options = new SgdOptions { BatchSize = Count, Steps = 1, LearningRate = 1, ClipRatio = null, Normalization = normalization };
            Network.Train(parameters, Examples, options, selection, engine: engine);
            return parameters;
        }

        public void AssertGradient(float[] gradient)
        {
            for (int j = 0; j < gradient.Length; j++)
            {
                Assert.Equal(_expected[j], gradient[j], 3e-6 * (1 + Math.Abs(_expected[j])));
            }
        }

        public void AssertStep(ParameterSelection selection, float[] trained)
        {
            for (int j = 0; j < trained.Length; j++)
            {
                bool isTrained = selection.Contains(j) && Network.Trainable.Contains(j);
                if (isTrained)
                {
                    Assert.Equal(Start[j] - _expected[j], trained[j], 3e-6 * (1 + Math.Abs(_expected[j])));
                }
                else
                {
                    Assert.Equal(BitConverter.SingleToInt32Bits(Start[j]), BitConverter.SingleToInt32Bits(trained[j]));
                }
            }
        }
    }
}
