namespace Ftte.TinyEngine.Tests.Kernels;

public class UnitClipTests
{
    private const float Rate = 0.1f, SmallRatio = 0.001f;

    private static readonly Network Network = Network.Build(8, 8, 3)
        .Conv("conv", 70, kernel: 3, padding: 1, bias: false).BatchNorm("bn1").Relu()
        .DepthwiseConv("depthwise", kernel: 3, padding: 1).BatchNorm("bn2").Relu()
        .GlobalAveragePool("pool").Linear("fc1", 20).Relu().Linear("fc2", 4).SoftmaxCrossEntropy();

    private static readonly float[] Start = Network.Initialize(3);
    private static readonly ArrayExamples Examples = TestData.Examples(12, Network.InputLength, 4, 5);

    [Fact]
    public void No_unit_changes_by_more_than_the_ratio_of_its_norm()
    {
        float[] after = Train(Options(SmallRatio), Network.Trainable);
        const int Layers = 4; // conv, depthwise, fc1, fc2
        double largest = 0;
        foreach (ParameterBlock block in Network.Layout.Blocks.Where(block => Network.Trainable.Contains(block.Range.Start)))
        {
            int columns = block.Shape.Length > 1 ? block.Shape[^1] : 1;
            for (int unit = 0; unit < columns; unit++)
            {
                double change = 0, norm = 0;
                for (int j = block.Range.Start + unit; j < block.Range.End; j += columns)
                {
                    change += Math.Pow(after[j] - Start[j], 2);
                    norm += Math.Pow(Start[j], 2);
                }

                double scale = Math.Sqrt(Math.Max(norm, columns > 1 ? 0.01 : block.Range.Length));
                double share = Math.Sqrt(change) / (Rate * SmallRatio / Layers * scale);
                largest = Math.Max(largest, share);
                Assert.InRange(share, 0, 1.01);
            }
        }

        Assert.InRange(largest, 0.99, 1.01);
    }

    [Fact]
    public void Gradients_within_the_limit_keep_their_bits() =>
        Assert.Equal(Train(Options(null), Network.Trainable), Train(Options(1e6f), Network.Trainable));

    [Theory]
    [InlineData(null, 1)]
    [InlineData(1, 1)]
    [InlineData(4, 2)]
    [InlineData(null, 2)]
    public void Micro_batches_and_threads_give_the_same_bits_when_clipped(int? microBatch, int threads)
    {
        // Whole blocks, some input channels of a layer, and single values.
        ParameterRange conv = Network.Layout["conv.weight"].Range, fc = Network.Layout["fc1.weight"].Range, bias = Network.Layout["fc1.bias"].Range;
        var part = ParameterSelection.Create(
            Network.Layout.ParameterCount,
            [new(conv.Start, 70), new(conv.Start + 210, 140), new(fc.Start + 7, 61), new(bias.Start + 2, 3), Network.Layout["fc2.weight"].Range]);
        var engine = new EngineOptions { MicroBatchSize = microBatch, Threads = threads };
        Assert.Equal(Train(Options(SmallRatio), Network.Trainable), Train(Options(SmallRatio), Network.Trainable, engine));
        Assert.Equal(Train(Options(SmallRatio), part), Train(Options(SmallRatio), part, engine));
    }

    [Fact]
    public void A_deep_network_with_large_activations_learns_with_the_defaults_and_diverges_without_clipping()
    {
        NetworkBuilder builder = Network.Build(12);
        for (int i = 0; i < 10; i++)
        {
            builder.Linear($"fc{i}", 20, bias: false).BatchNorm($"bn{i}").Relu();
        }

        Network deep = builder.Linear("out", 3).SoftmaxCrossEntropy();
        ArrayExamples examples = TestData.Clusters(60, 12, 3, 21);
        float[] start = [.. deep.Initialize(1).Select(value => value * 1.5f)], clipped = [.. start], unclipped = [.. start];
        deep.Train(clipped, examples, new SgdOptions { Epochs = 10 });
        deep.Train(unclipped, examples, new SgdOptions { Epochs = 10, ClipRatio = null });
        double before = deep.Evaluate(start, examples).Loss, without = deep.Evaluate(unclipped, examples).Loss;
        Assert.InRange(deep.Evaluate(clipped, examples).Loss, 0, 0.5 * before);
        Assert.False(without < before);
    }

    [Fact]
    public void Clipping_takes_no_memory()
    {
        foreach (int? microBatch in new int?[] { null, 1 })
        {
            var engine = new EngineOptions { MicroBatchSize = microBatch };
            Assert.Equal(
                Network.Plan(Network.Trainable, Options(null), engine).PeakBytes, Network.Plan(Network.Trainable, Options(SmallRatio), engine).PeakBytes);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_ratio_that_is_not_positive_and_finite_is_refused(float ratio) =>
        Assert.Throws<ArgumentOutOfRangeException>(nameof(SgdOptions.ClipRatio), () => new SgdOptions { ClipRatio = ratio }.Validate());

    private static SgdOptions Options(float? ratio) => new() { BatchSize = 12, Steps = 1, LearningRate = Rate, ClipRatio = ratio };

    private static float[] Train(SgdOptions options, ParameterSelection selection, EngineOptions? engine = null)
    {
        float[] parameters = [.. Start];
        Network.Train(parameters, Examples, options, selection, engine);
        return parameters;
    }
}
