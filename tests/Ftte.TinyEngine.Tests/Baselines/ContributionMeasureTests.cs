using Ftte.Baselines;
using Ftte.Selection;
using Ftte.TinyEngine.Tests.Reference;

namespace Ftte.TinyEngine.Tests.Baselines;

public class ContributionMeasureTests
{
    private static readonly Network Network = Network.Build(12).Linear("fc1", 20).Relu().Linear("fc2", 3).SoftmaxCrossEntropy();
    private static readonly ArrayExamples Examples = TestData.Clusters(60, 12, 3, 21);
    private static readonly ArrayExamples Others = TestData.Clusters(50, 12, 3, 21).Subset([.. Enumerable.Range(10, 40)]);
    private static readonly float[] Start = Network.Initialize(1);
    private static readonly SgdOptions Training = new() { Steps = 5, BatchSize = 8, LearningRate = 0.2f, ClipRatio = null, Seed = 2 };

    [Theory]
    [InlineData(ContributionGain.Accuracy)]
    [InlineData(ContributionGain.Loss)]
    public void The_importance_of_a_block_is_the_gain_of_training_it_alone(ContributionGain gain)
    {
        var heard = new List<ContributionProgress>();
        var options = new ContributionOptions { Training = Training, Evaluation = Others, Gain = gain, Progress = new Listener(heard.Add) };
        BlockImportance actual = new ContributionMeasure(options).Measure(Network, Start, Examples);
        Evaluation before = Network.Evaluate(Start, Others);
        for (int b = 0; b < Network.Layout.Blocks.Length; b++)
        {
            float[] trained = [.. Start];
            Network.Train(trained, Examples, Training, ParameterSelection.OfBlocks(Network.Layout, Network.Layout.Blocks[b].Name));
            Evaluation after = Network.Evaluate(trained, Others);
            double expected = gain == ContributionGain.Accuracy ? after.Accuracy - before.Accuracy : before.Loss - after.Loss;
            Assert.Equal(Math.Max(0, expected), actual.Values[b]);
            Assert.Equal(new ContributionProgress(Network.Layout.Blocks[b], expected, b + 1, 4), heard[b]);
        }

        Assert.Equal(4, heard.Count);
        Assert.Contains(actual.Values, v => v > 0);
    }

    [Fact]
    public void A_loss_is_no_gain()
    {
        var options = new ContributionOptions { Training = new SgdOptions { Steps = 3, LearningRate = 50, ClipRatio = null }, Gain = ContributionGain.Loss };
        var heard = new List<double>();
        options.Progress = new Listener(p => heard.Add(p.Gain));
        BlockImportance actual = new ContributionMeasure(options).Measure(Network, Start, Examples);
        Assert.Contains(heard, g => g < 0);
        Assert.Equal(heard.Select(g => Math.Max(0, g)), actual.Values);
    }

    [Fact]
    public void Cancelling_after_the_first_block_measures_no_other()
    {
        using var source = new CancellationTokenSource();
        int heard = 0;
        var options = new ContributionOptions
        {
            Training = Training,
            Progress = new Listener(_ =>
            {
                heard++;
                source.Cancel();
            }),
        };
        Assert.Throws<OperationCanceledException>(() => new ContributionMeasure(options).Measure(Network, Start, Examples, source.Token));
        Assert.Equal(1, heard);
    }

    [Fact]
    public void Without_classes_only_the_loss_can_be_gained_on()
    {
        Network network = TestNetworks.All["autoencoder"]();
        IExampleSource examples = TestNetworks.Examples(network, 4, 1);
        float[] start = TestNetworks.Parameters(network, 2);
        string message = Assert.Throws<ArgumentException>(() => new ContributionMeasure().Measure(network, start, examples)).Message;
        Assert.Contains("has no classes, so accuracy is not defined", message, StringComparison.Ordinal);
        var byLoss = new ContributionOptions { Gain = ContributionGain.Loss, Training = Training };
        Assert.Contains(new ContributionMeasure(byLoss).Measure(network, start, examples).Values, v => v > 0);
    }

    private sealed class Listener(Action<ContributionProgress> hear) : IProgress<ContributionProgress>
    {
        public void Report(ContributionProgress value) => hear(value);
    }
}
