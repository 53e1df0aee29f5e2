using System.Runtime.InteropServices;
using Ftte.Selection;
using Ftte.TinyEngine.Importance;
using Ftte.TinyEngine.Memory;
using Ftte.TinyEngine.Numerics;
using Ftte.TinyEngine.Tests.Reference;

namespace Ftte.TinyEngine.Tests.Importance;

public class GradientEnergyProbeTests
{
    private const int Count = 7;

    [Theory]
    [MemberData(nameof(TestNetworks.Names), MemberType = typeof(TestNetworks))]
    public void The_importance_of_a_block_is_the_sum_of_the_squared_norms_of_its_examples_gradients(string name)
    {
        (Network network, float[] parameters, IExampleSource examples) = Case(name);
        ProbeResult result = new GradientEnergyProbe(network).Measure(parameters, examples);
        double[] expected = SquaredNorms(network, parameters, examples);
        Assert.Equal((Count, 1, 0), (result.ExampleCount, result.Groups.Length, result.UnprobedBlocks.Length));
        for (int b = 0; b < expected.Length; b++)
        {
            double actual = result.Importance.Values[b];
            Assert.True(Math.Abs(actual - expected[b]) <= 1e-5 * expected[b], $"{network.Layout.Blocks[b].Name}: {actual}, not {expected[b]}");
        }

        Assert.Contains(result.Importance.Values, v => v > 0);
    }

    [Theory]
    [MemberData(nameof(TestNetworks.Names), MemberType = typeof(TestNetworks))]
    public void Any_budget_gives_the_same_bits_and_is_kept(string name)
    {
        (Network network, float[] parameters, IExampleSource examples) = Case(name);
        ProbeResult atOnce = new GradientEnergyProbe(network).Measure(parameters, examples);
        int probed = atOnce.Importance.Values.Count(v => v > 0);
        for (long budget = atOnce.PeakBytes; probed > 0; budget -= 64)
        {
            ProbeResult result = new GradientEnergyProbe(network, new ProbeOptions { MemoryBudgetBytes = budget }).Measure(parameters, examples);
            Assert.InRange(result.PeakBytes, 0, budget);
            HashSet<string> unprobed = [.. result.UnprobedBlocks.Select(b => b.Name)];
            probed = 0;
            for (int b = 0; b < network.Layout.Blocks.Length; b++)
            {
                bool isProbed = !unprobed.Contains(network.Layout.Blocks[b].Name);
                Assert.Equal(isProbed ? atOnce.Importance.Values[b] : 0, result.Importance.Values[b]);
                probed += isProbed && atOnce.Importance.Values[b] > 0 ? 1 : 0;
            }

        }
    }

    [Fact]
    public void Groups_are_as_long_as_fits_from_the_last_block_to_the_first_without_overlap()
    {
        Network network = NetworkZoo.ResNet8(normalization: NormalizationKind.Batch);
        foreach (long budget in (long[])[640_000, 750_000, 1_000_000])
        {
            var probe = new GradientEnergyProbe(network, new ProbeOptions { MemoryBudgetBytes = budget, MaxExamples = 1 });
            ProbeResult result = probe.Measure(network.Initialize(1), TestData.Examples(1, network.InputLength, 10, 1));
            int[] trainable = [.. Enumerable.Range(0, network.Layout.Blocks.Length).Where(b => network.Trainable.Contains(network.Layout.RangeOf(b).Start))];
            int next = trainable[^1];
            foreach (ProbeGroup group in result.Groups)
            {
                Assert.Equal(next, group.LastBlock);
                Assert.Equal(PeakOf(network, group.FirstBlock, group.LastBlock), group.PeakBytes);
                Assert.InRange(group.PeakBytes, 0, budget);
                int before = Array.IndexOf(trainable, group.FirstBlock) - 1;
                Assert.True(before < 0 || PeakOf(network, trainable[before], group.LastBlock) > budget);
                next = before < 0 ? -1 : trainable[before];
            }

            Assert.Equal(-1, next);
            Assert.InRange(result.Groups.Length, 2, trainable.Length);
            Assert.Empty(result.UnprobedBlocks);
        }
    }

    [Theory]
    [InlineData("resnet8")]
    [InlineData("dscnn")]
    [InlineData("mobilenetv2-0.35")]
    public void Every_block_alone_takes_no_more_than_the_weights_one_input_the_masks_and_what_flows(string name)
    {
        Network network = NetworkZoo.Create(name, NormalizationKind.Batch);
        long weights = sizeof(float) * (long)network.Layout.ParameterCount;
        long masks = network.Operations.OfType<MaskedActivation>().Sum(o => Tensor.RoundUp((o.Output.Shape.Count + 7) / 8));
        long flows = network.Profile(batchSize: 1).Steps.Max(s => Math.Max(s.ForwardBytes, s.BackwardBytes));
        long largestInput = network.Values.Max(v => Tensor.RoundUp(sizeof(float) * (long)v.Shape.Count));
        foreach (int block in Trainable(network))
        {
            Assert.InRange(PeakOf(network, block, block), weights, weights + largestInput + masks + flows);
        }
    }

    /// <summary>The least that trains anything at all may be too little for the first blocks, of which then no more than a few channels can be trained.</summary>
    [Theory]
    [InlineData("resnet8")]
    [InlineData("dscnn")]
    public void A_budget_that_can_train_a_block_can_probe_it(string name)
    {
        Network network = NetworkZoo.Create(name, NormalizationKind.Batch);
        var options = new SgdOptions { BatchSize = 20 };
        foreach (int block in Trainable(network))
        {
            var alone = ParameterSelection.Create(network.Layout.ParameterCount, [network.Layout.RangeOf(block)]);
            long train = new int?[] { null, 10, 5, 2, 1 }.Min(m => network.Plan(alone, options, new EngineOptions { MicroBatchSize = m }).PeakBytes);
            Assert.InRange(PeakOf(network, block, block), 0, train - 1);
        }

        long least = Assert.Throws<BudgetTooSmallException>(() => network.Fit(0, options)).Required;
        var probe = new GradientEnergyProbe(network, new ProbeOptions { MemoryBudgetBytes = least, MaxExamples = 1 });
        ProbeResult result = probe.Measure(network.Initialize(1), TestData.Examples(1, network.InputLength, network.ClassCount, 1));
        Assert.InRange(result.PeakBytes, 1, least);
        Assert.Equal(Trainable(network).Where(b => PeakOf(network, b, b) > least), result.UnprobedBlocks.Select(b => network.Layout.Blocks.IndexOf(b)));
    }

    /// <summary>At every vector width: run with instruction sets switched off to see it.</summary>
    [Theory]
    [InlineData("digits", "39a5bee5e76e101c")]
    [InlineData("dscnn", "51db958d0151c7be")]
    [InlineData("resnet8", "b1790ffe91ae9ac0")]
    public void The_values_have_the_golden_bits(string name, string expected)
    {
        Network network = NetworkZoo.Create(name, NormalizationKind.Batch);
        ArrayExamples examples = TestData.Examples(3, network.InputLength, network.ClassCount, 4);
        BlockImportance importance = new GradientEnergyProbe(network).Measure(TestNetworks.Parameters(network, 2), examples).Importance;
        Assert.Equal(expected, TestData.Hash(MemoryMarshal.Cast<double, float>(importance.Values.AsSpan()).ToArray()));
    }

    [Fact]
    public void The_examples_are_the_first_of_the_seeds_order()
    {
        (Network network, float[] parameters, _) = Case("linear");
        var examples = new RecordingExamples(TestData.Examples(50, network.InputLength, 4, 3));
        new GradientEnergyProbe(network, new ProbeOptions { MaxExamples = 5 }).Measure(parameters, examples, seed: 11);
        var order = new Shuffle(50, SplitMix64.At(11, 0));
        Assert.Equal([order[0], order[1], order[2], order[3], order[4]], examples.Indices);
    }

    [Fact]
    public void Supplied_memory_is_used_and_what_does_not_fit_it_is_not_measured()
    {
        (Network network, float[] parameters, IExampleSource examples) = Case("conv");
        ProbeResult expected = new GradientEnergyProbe(network).Measure(parameters, examples);
        long arena = expected.PeakBytes - (sizeof(float) * (long)parameters.Length);
        byte[] memory = new byte[arena + 64];
        ProbeResult actual = new GradientEnergyProbe(network, memory: memory).Measure(parameters, examples);
        Assert.Equal(expected.Importance.Values.AsEnumerable(), actual.Importance.Values);
        Assert.Contains(memory, b => b != 0);
        ProbeResult none = new GradientEnergyProbe(network, memory: new byte[100]).Measure(parameters, examples);
        Assert.Equal((0, 0), (none.Groups.Length, none.PeakBytes));
        Assert.Equal(network.Layout.Blocks.Select(b => b.Name), none.UnprobedBlocks.Select(b => b.Name));
        Assert.All(none.Importance.Values, v => Assert.Equal(0, v));
    }

    [Fact]
    public void The_parameters_are_not_changed()
    {
        (Network network, float[] parameters, IExampleSource examples) = Case("inverted");
        float[] before = [.. parameters];
        new GradientEnergyProbe(network).Measure(parameters, examples);
        Assert.Equal(before, parameters);
    }

    [Fact]
    public void Cancellation_stops_between_two_examples()
    {
        (Network network, float[] parameters, IExampleSource inner) = Case("linear");
        using var source = new CancellationTokenSource();
        var examples = new RecordingExamples(inner) { Read = n => { if (n == 3) { source.Cancel(); } } };
        Assert.Throws<OperationCanceledException>(() => new GradientEnergyProbe(network).Measure(parameters, examples, 0, source.Token));
        Assert.Equal(3, examples.Indices.Count);
    }

    [Fact]
    public void A_gradient_that_is_not_finite_is_named()
    {
        (Network network, float[] parameters, IExampleSource examples) = Case("linear");
        parameters[3] = float.NaN;
        string message = Assert.Throws<InvalidOperationException>(() => new GradientEnergyProbe(network).Measure(parameters, examples)).Message;
        Assert.StartsWith("The importance of block 'fc1.weight' is NaN", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_options_examples_and_vectors_are_refused()
    {
        (Network network, float[] parameters, IExampleSource examples) = Case("linear");
        Assert.Throws<ArgumentOutOfRangeException>(() => new GradientEnergyProbe(network, new ProbeOptions { MaxExamples = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GradientEnergyProbe(network, new ProbeOptions { MemoryBudgetBytes = -1 }));
        Assert.Throws<ArgumentException>(() => new GradientEnergyProbe(network).Measure(parameters.AsSpan(1), examples));
        Assert.Throws<ArgumentException>(() => new GradientEnergyProbe(network).Measure(parameters, TestData.Examples(3, 4, 2, 1)));
    }

    private static (Network Network, float[] Parameters, IExampleSource Examples) Case(string name)
    {
        Network network = TestNetworks.All[name]();
        return (network, TestNetworks.Parameters(network, 5), TestNetworks.Examples(network, Count, 9));
    }

    private static IEnumerable<int> Trainable(Network network) =>
        Enumerable.Range(0, network.Layout.Blocks.Length).Where(b => network.Trainable.Contains(network.Layout.RangeOf(b).Start));

    private static double[] SquaredNorms(Network network, float[] parameters, IExampleSource examples)
    {
        double[] norms = new double[network.Layout.Blocks.Length];
        for (int n = 0; n < examples.Count; n++)
        {
            float[] gradient = network.Gradient(parameters, OneExample.Of(examples, n));
            for (int b = 0; b < norms.Length; b++)
            {
                ParameterRange range = network.Layout.RangeOf(b);
                norms[b] += gradient.Skip(range.Start).Take(range.Length).Sum(g => (double)g * g);
            }
        }

        return norms;
    }

    private static long PeakOf(Network network, int first, int last)
    {
        int start = network.Layout.RangeOf(first).Start;
        var range = new ParameterRange(start, network.Layout.RangeOf(last).End - start);
        TrainingPlan plan = network.Plan(ParameterSelection.Create(network.Layout.ParameterCount, [range]), batchSize: 1);
        return plan.PeakBytes - plan.TrainedBytes;
    }
}
