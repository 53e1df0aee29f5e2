using System.Runtime.InteropServices;
using Ftte.Selection;
using Ftte.TinyEngine.Tests.Reference;

namespace Ftte.TinyEngine.Tests;

/// <summary>Memory modes of parameters and the arena, and fitting to a budget.</summary>
public class MemoryModeTests
{
    private static readonly Network Network = TestNetworks.All["residual"]();
    private static readonly float[] Start = TestNetworks.Parameters(Network, 3);
    private static readonly IExampleSource Examples = TestNetworks.Examples(Network, 6, 5);
    private static readonly ParameterSelection Selection = ParameterSelection.OfBlocks(Network.Layout, "c4.weight", "c4.bias", "fc.weight", "bn2.weight");
    private static readonly SgdOptions Options = new() { BatchSize = 3, Epochs = 2, LearningRate = 0.05f };

    [Theory]
    [InlineData(FrozenFormat.Float32)]
    [InlineData(FrozenFormat.BFloat16)]
    [InlineData(FrozenFormat.Int8)]
    public void Compressed_frozen_parameters_train_as_their_rounded_values_do(FrozenFormat format)
    {
        using FrozenParameters frozen = FrozenParameters.Compress(Network, Start, format);
        float[] rounded = new float[Start.Length];
        frozen.CopyTo(0, rounded);
        Selection.Copy(Start, rounded);
        float[] expected = Train(FrozenParameters.Of(rounded)), actual = Train(frozen);
        Assert.Equal(expected, actual);
        Assert.Equal(
            Network.Evaluate(Rounded(frozen), Examples).Loss, Network.EvaluateFrozen(frozen, Examples).Loss);
        Assert.Equal(frozen.Bytes, Network.Plan(Selection, Options, frozen: frozen).ParameterBytes);
    }

    [Fact]
    public void Rounding_is_as_fine_as_the_format_allows_and_takes_the_bytes_it_says()
    {
        using FrozenParameters half = FrozenParameters.Compress(Network, Start, FrozenFormat.BFloat16), small = FrozenParameters.Compress(Network, Start, FrozenFormat.Int8);
        float[] halves = Rounded(half), smalls = Rounded(small);
        Assert.Equal(2 * Start.Length, half.Bytes);
        Assert.InRange(small.Bytes, Start.Length, 2 * Start.Length);
        foreach (ParameterBlock block in Network.Layout.Blocks)
        {
            float largest = Start.AsSpan(block.Range.Start, block.Range.Length).ToArray().Max(MathF.Abs);
            for (int j = block.Range.Start; j < block.Range.End; j++)
            {
                Assert.InRange(MathF.Abs(halves[j] - Start[j]), 0, MathF.Abs(Start[j]) / 256);
                Assert.InRange(MathF.Abs(smalls[j] - Start[j]), 0, block.Shape.Length > 1 ? largest / 254 * 1.001f : 0);
            }
        }
    }

    [Fact]
    public void Parameters_in_a_file_train_as_those_in_memory_do()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, MemoryMarshal.AsBytes<float>(Start).ToArray());
            using FrozenParameters mapped = FrozenParameters.Map(Network, path);
            Assert.Equal(0, mapped.Bytes);
            Assert.Equal(Train(FrozenParameters.Of(Start)), Train(mapped));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [UnixFact]
    public void A_mapped_file_that_became_shorter_is_refused_before_it_is_read()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("parameters", MemoryMarshal.AsBytes<float>(Start).ToArray());
        using FrozenParameters mapped = FrozenParameters.Map(Network, path);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(10);
        }

        string reason = $"The file '{path}' has become shorter: it has 10 bytes, ";
        Assert.StartsWith(reason, Assert.Throws<InvalidDataException>(() => Train(mapped)).Message, StringComparison.Ordinal);
        Assert.StartsWith(reason, Assert.Throws<InvalidDataException>(() => mapped.CopyTo(0, new float[1])).Message, StringComparison.Ordinal);
    }

    [UnixFact]
    public void A_mapped_file_that_was_deleted_is_still_read()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("parameters", MemoryMarshal.AsBytes<float>(Start).ToArray());
        using FrozenParameters mapped = FrozenParameters.Map(Network, path);
        File.Delete(path);
        Assert.Equal(Train(FrozenParameters.Of(Start)), Train(mapped));
    }

    [Fact]
    public void A_file_of_another_size_is_refused_with_both_sizes()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new byte[10]);
            string message = Assert.Throws<InvalidDataException>(() => FrozenParameters.Map(Network, path)).Message;
            Assert.Contains($"has 10 bytes, but the {Start.Length} float32 parameters of the network take {4 * Start.Length}", message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_value_that_8_bits_cannot_hold_is_refused_by_block()
    {
        float[] broken = [.. Start];
        broken[Network.Layout["c3.weight"].Range.Start] = float.NaN;
        Assert.Contains("'c3.weight'", Assert.Throws<ArgumentException>(() => FrozenParameters.Compress(Network, broken, FrozenFormat.Int8)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_arena_can_lie_in_memory_of_the_caller()
    {
        TrainingPlan plan = Network.Plan(Selection, Options);
        byte[] memory = new byte[plan.ArenaBytes + 64];
        float[] expected = Train(FrozenParameters.Of(Start)), actual = Train(FrozenParameters.Of(Start), new EngineOptions { Memory = memory });
        Assert.Equal(expected, actual);
        Assert.Contains(memory, b => b != 0);
        Assert.Contains(
            $"the plan takes {plan.ArenaBytes}",
            Assert.Throws<ArgumentException>(() => Train(FrozenParameters.Of(Start), new EngineOptions { Memory = memory.AsMemory(1) })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kept_features_are_dropped_when_the_frozen_layers_change()
    {
        var engine = new EngineOptions { CacheFrozenFeatures = true };
        float[] other = [.. Start];
        other[Network.Layout["c0.weight"].Range.Start] += 1;
        using var trainer = new LocalTrainer(Network, Examples, Options, engine: engine);
        using var fresh = new LocalTrainer(Network, Examples, Options, engine: engine);
        TrainingAssignment assignment = TestData.Assign(Network, Selection);
        (await trainer.TrainAsync(assignment, Start)).Dispose();
        using SparseUpdate second = await trainer.TrainAsync(assignment, other), expected = await fresh.TrainAsync(assignment, other);
        Assert.Equal(expected.Values.ToArray(), second.Values.ToArray());
        Assert.True(trainer.Plan!.FeatureCacheBytes > 0);
    }

    [Fact]
    public void Features_that_vary_cannot_be_kept()
    {
        var augmented = new AugmentedExamples(Examples, 6, 6, 2, new AugmentationOptions { CropPadding = 1 });
        Assert.Contains(
            "CacheFrozenFeatures", Assert.Throws<ArgumentException>(() => Train(FrozenParameters.Of(Start), new EngineOptions { CacheFrozenFeatures = true }, augmented)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_budget_is_used_for_as_much_as_fits_and_never_exceeded()
    {
        Network network = NetworkZoo.ResNet8(normalization: NormalizationKind.Batch);
        var options = new SgdOptions { BatchSize = 16 };
        long last = 0;
        foreach (long budget in (long[])[700_000, 900_000, 1_200_000, 3_000_000, 30_000_000])
        {
            FittedPlan fitted = network.Fit(budget, options);
            Assert.InRange(fitted.Plan.PeakBytes, 0, budget);
            Assert.True(fitted.Plan.Selection.Count >= last);
            last = fitted.Plan.Selection.Count;
        }

        FittedPlan whole = network.Fit(30_000_000, options);
        Assert.Equal(network.Trainable, whole.Plan.Selection);
        Assert.Equal((null, null), (whole.Chosen, whole.Engine.MicroBatchSize));
    }

    [Fact]
    public void A_budget_that_holds_nothing_is_refused_with_what_it_would_take()
    {
        Network network = NetworkZoo.ResNet8(normalization: NormalizationKind.Batch);
        var options = new SgdOptions { BatchSize = 16 };
        BudgetTooSmallException refusal = Assert.Throws<BudgetTooSmallException>(() => network.Fit(100_000, options));
        Assert.InRange(refusal.Required, 4L * network.Layout.ParameterCount, 700_000);
        Assert.InRange(network.Fit(refusal.Required, options).Plan.PeakBytes, 0, refusal.Required);
    }

    [Fact]
    public void Momentum_and_clipping_and_schedules_follow_their_formulas()
    {
        Assert.Equal(0.1f, Rate(LearningRateSchedule.Constant, 50));
        Assert.Equal(0.05f, Rate(LearningRateSchedule.Cosine, 50), 1e-6f);
        Assert.Equal(0.075f, Rate(LearningRateSchedule.Linear, 25), 1e-6f);
        Assert.Equal((0.01f, 0.1f), (Rate(LearningRateSchedule.OneCycle, 0), Rate(LearningRateSchedule.OneCycle, 20)));
        Assert.Equal(0.05f, Rate(LearningRateSchedule.OneCycle, 60), 1e-6f);

        float[] parameters = [.. Start], gradient = Network.Gradient(Start, Examples);
        var options = new SgdOptions { BatchSize = 6, Steps = 1, LearningRate = 1, ClipRatio = null, ClipNorm = 0.01 };
        Network.Train(parameters, Examples, options);
        double norm = Math.Sqrt(gradient.Sum(g => (double)g * g)), step = Math.Sqrt(parameters.Zip(Start, (p, s) => ((double)p - s) * ((double)p - s)).Sum());
        Assert.True(norm > 0.01);
        Assert.Equal(0.01, step, 1e-5);

        static float Rate(LearningRateSchedule schedule, long step) => Sgd.RateAt(new SgdOptions { LearningRate = 0.1f, Schedule = schedule }, step, 100);
    }

    [Fact]
    public void Running_statistics_follow_the_batches_and_are_left_alone_when_frozen()
    {
        Network network = TestNetworks.All["norm"]();
        float[] start = TestNetworks.Parameters(network, 3), frozen = [.. start], batch = [.. start];
        IExampleSource examples = TestNetworks.Examples(network, 6, 5);
        network.Train(frozen, examples, new SgdOptions { BatchSize = 6, WeightDecay = 0.1f }, ParameterSelection.Full(network.Layout));
        network.Train(batch, examples, new SgdOptions { BatchSize = 6, WeightDecay = 0.1f, Normalization = NormalizationMode.Batch });
        ParameterRange mean = network.Layout["bn1.running_mean"].Range, variance = network.Layout["bn1.running_var"].Range;
        Assert.Equal(start[mean.Start..mean.End], frozen[mean.Start..mean.End]);
        Assert.NotEqual(start[mean.Start..mean.End], batch[mean.Start..mean.End]);
        Assert.NotEqual(start[variance.Start..variance.End], batch[variance.Start..variance.End]);
        Assert.Contains(
            "MicroBatchSize",
            Assert.Throws<ArgumentException>(() => network.Plan(network.Trainable, new SgdOptions { Normalization = NormalizationMode.Batch }, new EngineOptions { MicroBatchSize = 1 })).Message,
            StringComparison.Ordinal);
    }

    private static float[] Rounded(FrozenParameters frozen)
    {
        float[] values = new float[frozen.Count];
        frozen.CopyTo(0, values);
        return values;
    }

    private static float[] Train(FrozenParameters frozen, EngineOptions? engine = null, IExampleSource? examples = null)
    {
        float[] trained = new float[Selection.Count];
        Selection.Gather(Start, trained);
        Network.TrainSelected(frozen, trained, examples ?? Examples, Selection, Options, engine);
        return trained;
    }
}
