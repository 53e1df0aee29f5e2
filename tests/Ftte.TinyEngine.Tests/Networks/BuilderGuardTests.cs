using Ftte.TinyEngine.Tests.Reference;

namespace Ftte.TinyEngine.Tests;

/// <summary>Mistakes that would otherwise give wrong numbers are rejected by the builder.</summary>
public class BuilderGuardTests
{
    [Fact]
    public void A_maximum_over_more_values_than_a_byte_can_point_at_is_refused()
    {
        Assert.Equal(1, Network.Build(16, 16, 2).MaxPool(16).Shape.Pixels);
        var error = Assert.Throws<ArgumentException>(() => Network.Build(28, 28, 1).MaxPool(28));
        Assert.Contains("at most 256 values", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_that_no_array_could_hold_are_refused() =>
        Assert.Throws<ArgumentException>(() => Network.Build(1, 60_000, 1).Conv1D("c", 40_000, kernel: 1));

    [Fact]
    public void A_missing_branch_is_refused()
    {
        Assert.Throws<ArgumentNullException>(() => Network.Build(3).Add("sum", b => b, null!));
        Assert.Throws<ArgumentNullException>(() => Network.Build(3).Concat("cat", null!, b => b));
        Assert.Throws<ArgumentNullException>(() => new ReconstructionExamples(null!));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Normalising_a_flattened_image_is_refused_because_files_order_its_values_otherwise(bool isGroup)
    {
        NetworkBuilder flat = Network.Build(4, 4, 2).Flatten().Relu();
        var error = Assert.Throws<ArgumentException>(() => isGroup ? flat.GroupNorm("n", 2) : flat.BatchNorm("n"));
        Assert.Contains("before Flatten", error.Message, StringComparison.Ordinal);
        Network.Build(4).Flatten().BatchNorm("n").Linear("fc", 2).SoftmaxCrossEntropy();
    }

    [Fact]
    public void A_linear_layer_orders_its_weights_by_the_image_also_behind_an_activation_and_dropout()
    {
        Network plain = Network.Build(3, 2, 4).Flatten().Linear("fc", 5).SoftmaxCrossEntropy();
        Network between = Network.Build(3, 2, 4).Flatten().Relu().Dropout(0.5f).Linear("fc", 5).SoftmaxCrossEntropy();
        using var file = new TemporaryFile();
        float[] weights = plain.Initialize(1), read = new float[weights.Length];
        plain.SaveWeights(file.Path, weights);
        between.LoadWeights(file.Path, read);
        Assert.Equal(weights, read);
    }

    [Fact]
    public void Branches_may_be_flattened_before_they_are_put_together()
    {
        Network network = Network.Build(2, 3, 2)
            .Concat("cat", a => a.Flatten(), b => b.Conv("c", 1, kernel: 1).Flatten()).Linear("fc", 3).SoftmaxCrossEntropy();
        Assert.Equal((12 + 6) * 3, network.Layout["fc.weight"].Range.Length);
        IExampleSource examples = TestNetworks.Examples(network, 4, seed: 2);
        float[] parameters = network.Initialize(3), trained = [.. parameters];
        network.Train(trained, examples, new SgdOptions { BatchSize = 4, Epochs = 50, LearningRate = 0.5f });
        Assert.True(network.Evaluate(trained, examples).Loss < network.Evaluate(parameters, examples).Loss / 2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_gradient_of_batches_without_examples_is_refused(int batchSize)
    {
        Network network = TestNetworks.All["linear"]();
        Assert.Throws<ArgumentOutOfRangeException>(() => network.Gradient(network.Initialize(1), TestNetworks.Examples(network, 4, 1), batchSize));
    }

    [Fact]
    public void Options_that_name_no_mode_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SgdOptions { Schedule = (LearningRateSchedule)9 }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new SgdOptions { Normalization = (NormalizationMode)9 }.Validate());
    }

    private sealed class TemporaryFile : IDisposable
    {
        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
