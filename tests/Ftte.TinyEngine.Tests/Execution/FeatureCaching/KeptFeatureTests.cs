using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Tests.Reference;

namespace Ftte.TinyEngine.Tests.Execution;

public class KeptFeatureTests
{
    private static readonly Network Network = TestNetworks.All["norm"]();
    private static readonly ParameterSelection Head = ParameterSelection.OfBlocks(Network.Layout, "fc.weight", "fc.bias");

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    [InlineData(3)]
    public void Kept_features_train_to_the_same_bits_at_any_micro_batch(int? micro)
    {
        IExampleSource examples = TestNetworks.Examples(Network, 10, seed: 1);
        var options = new SgdOptions { BatchSize = 4, Epochs = 3 };
        float[] kept = Network.Initialize(1), plain = [.. kept];
        Network.Train(kept, examples, options, Head, new EngineOptions { MicroBatchSize = micro, CacheFrozenFeatures = true });
        Network.Train(plain, examples, options, Head, new EngineOptions { MicroBatchSize = micro });
        Assert.Equal(plain, kept);
    }

    [Fact]
    public void A_plan_counts_what_is_kept_of_each_example()
    {
        var engine = new EngineOptions { CacheFrozenFeatures = true };
        TrainingPlan few = Network.Plan(Head, new SgdOptions { BatchSize = 4 }, engine, exampleCount: 100), many = Network.Plan(Head, new SgdOptions { BatchSize = 4 }, engine, exampleCount: 300);

        // Three channels leave the global pool; each record also holds the hashes that verify it.
        Assert.Equal(200 * ((3 * 4) + FeatureCache.RecordHeadBytes), many.PeakBytes - few.PeakBytes);
        Assert.Throws<ArgumentException>(() => Network.Plan(Head, new SgdOptions { BatchSize = 4 }, engine));
        Assert.Throws<ArgumentException>(() => Network.Profile(new SgdOptions { BatchSize = 4 }, engine));
        Assert.Throws<ArgumentException>(() => Network.Fit(1 << 20, new SgdOptions { BatchSize = 4 }, engine));
    }

    [Fact]
    public void Nothing_can_be_kept_with_the_statistics_of_the_batch()
    {
        var options = new SgdOptions { BatchSize = 4, Normalization = NormalizationMode.Batch };
        var error = Assert.Throws<ArgumentException>(() => Network.Plan(Head, options, new EngineOptions { CacheFrozenFeatures = true }, exampleCount: 10));
        Assert.Contains("CacheFrozenFeatures", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Frozen_parameters_are_not_read_once_they_are_disposed_nor_outside_their_range()
    {
        FrozenParameters frozen = FrozenParameters.Of(Network.Initialize(1));
        float[] some = new float[3];
        Assert.Throws<ArgumentOutOfRangeException>(() => frozen.CopyTo(-1, some));
        Assert.Throws<ArgumentOutOfRangeException>(() => frozen.CopyTo(frozen.Count - 2, some));
        frozen.CopyTo(frozen.Count - 3, some);
        frozen.Dispose();
        Assert.Throws<ObjectDisposedException>(() => frozen.CopyTo(0, some));
        Assert.Throws<ObjectDisposedException>(() => Network.EvaluateFrozen(frozen, TestNetworks.Examples(Network, 2, seed: 1)));
    }
}
