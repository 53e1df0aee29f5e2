using Ftte.Selection;

namespace Ftte.TinyEngine.Tests;

public class TrainingTests
{
    private static readonly Network Network = Network.Build(16).Linear("fc1", 24).Relu().Linear("fc2", 4).SoftmaxCrossEntropy();

    [Fact]
    public void A_separable_problem_is_learnt()
    {
        ArrayExamples all = TestData.Clusters(600, 16, 4, 3);
        ArrayExamples training = all.Subset([.. Enumerable.Range(0, 400)]), test = all.Subset([.. Enumerable.Range(400, 200)]);
        float[] parameters = Network.Initialize(1);
        Evaluation before = Network.Evaluate(parameters, test);
        TrainingSummary summary = Network.Train(parameters, training, new SgdOptions { Epochs = 10, LearningRate = 0.1f });
        Evaluation after = Network.Evaluate(parameters, test);
        Assert.InRange(before.Accuracy, 0, 0.6);
        Assert.InRange(after.Accuracy, 0.97, 1);
        Assert.True(after.Loss < before.Loss / 4);
        Assert.Equal((200, 4000), (summary.Steps, summary.Examples));
        Assert.Equal(after.Loss, summary.MeanLoss, 0.1);
    }

    [Fact]
    public void The_head_alone_learns_on_frozen_features()
    {
        ArrayExamples examples = TestData.Clusters(400, 16, 4, 3);
        float[] start = Network.Initialize(1), parameters = [.. start];
        Network.Train(parameters, examples, new SgdOptions { Epochs = 10, LearningRate = 0.1f }, ParameterSelection.OfBlocks(Network.Layout, "fc2.weight", "fc2.bias"));
        Assert.InRange(Network.Evaluate(parameters, examples).Accuracy, 0.9, 1);
        ParameterRange frozen = Network.Layout["fc1.weight"].Range;
        Assert.Equal(start.AsSpan(frozen.Start, frozen.Length).ToArray(), parameters.AsSpan(frozen.Start, frozen.Length).ToArray());
    }

    [Fact]
    public void An_epoch_takes_every_example_once_and_the_next_in_another_order()
    {
        var recorder = new RecordingExamples(10);
        Network network = Network.Build(1).Linear("fc", 2).SoftmaxCrossEntropy();
        network.Train(network.Initialize(1), recorder, new SgdOptions { BatchSize = 4, Epochs = 2 });
        Assert.Equal(20, recorder.Order.Count);
        Assert.Equal(Enumerable.Range(0, 10), recorder.Order.Take(10).Order());
        Assert.Equal(Enumerable.Range(0, 10), recorder.Order.Skip(10).Order());
        Assert.NotEqual(recorder.Order.Take(10), recorder.Order.Skip(10));
    }

    [Fact]
    public void Cancelled_central_training_leaves_the_parameters_as_they_were()
    {
        float[] start = Network.Initialize(1), parameters = [.. start];
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Network.Train(parameters, TestData.Clusters(40, 16, 4, 3), cancellationToken: new CancellationToken(canceled: true)));
        Assert.Equal(start, parameters);
    }

    [Fact]
    public void The_gradient_feeds_block_importance()
    {
        ArrayExamples examples = TestData.Clusters(100, 16, 4, 3);
        BlockImportance importance = BlockImportance.FromGradient(Network.Layout, Network.Gradient(Network.Initialize(1), examples));
        Assert.All(importance.Values, v => Assert.True(v > 0));
    }

    [Fact]
    public void Wrong_examples_and_vectors_are_refused_by_name()
    {
        float[] parameters = Network.Initialize(1);
        Assert.StartsWith(
            "Layer 'fc1' takes 16 inputs, but the examples have 15.",
            Assert.Throws<ArgumentException>(() => Network.Evaluate(parameters, TestData.Examples(3, 15, 4, 1))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Network.Evaluate(parameters, TestData.Examples(3, 16, 4, 1).Subset()));
        Assert.Throws<ArgumentException>(() => Network.Gradient(parameters.AsSpan(1), TestData.Examples(3, 16, 4, 1)));
        Assert.Throws<InvalidOperationException>(() => Network.Evaluate(parameters, TestData.Examples(30, 16, 9, 1)));
        Assert.ThrowsAny<ArgumentException>(() => Network.Evaluate(parameters, TestData.Examples(3, 16, 4, 1), batchSize: 0));
    }

    [Theory]
    [InlineData(nameof(SgdOptions.BatchSize))]
    [InlineData(nameof(SgdOptions.Epochs))]
    [InlineData(nameof(SgdOptions.Steps))]
    [InlineData(nameof(SgdOptions.LearningRate))]
    [InlineData(nameof(SgdOptions.WeightDecay))]
    public void An_option_out_of_range_is_refused_by_name(string name)
    {
        var options = new SgdOptions();
        options.Validate();
        switch (name)
        {
            case nameof(SgdOptions.BatchSize): options.BatchSize = 0; break;
            case nameof(SgdOptions.Epochs): options.Epochs = 0; break;
            case nameof(SgdOptions.Steps): options.Steps = 0; break;
            case nameof(SgdOptions.LearningRate): options.LearningRate = float.NaN; break;
            default: options.WeightDecay = 20; break;
        }

        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(options.Validate).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LocalTrainer(Network, TestData.Examples(3, 16, 4, 1), options));
    }

    [Theory]
    [InlineData(625, null, 1f)]
    [InlineData(1, null, 0.1f)]
    [InlineData(625, 0.3f, 0.3f)]
    public void With_a_mean_squared_error_the_default_learning_rate_grows_with_the_outputs(int outputs, float? specified, float expected)
    {
        Network network = Network.Build(outputs).Linear("code", 2).Linear("out", outputs).MeanSquaredError();
        float used = 0;
        var options = new SgdOptions { LearningRate = specified, Steps = 1, Progress = progress => used = progress.LearningRate };

        network.Train(network.Initialize(1), new ReconstructionExamples(TestData.Examples(3, outputs, 4, 1)), options);

        Assert.Equal(expected, used);
    }

    [Fact]
    public void A_classifier_has_the_default_learning_rate_of_0_1()
    {
        float used = 0;

        Network.Train(Network.Initialize(1), TestData.Examples(3, 16, 4, 1), new SgdOptions { Progress = progress => used = progress.LearningRate });

        Assert.Equal(0.1f, used);
    }

    [Fact]
    public void Examples_in_arrays_can_be_divided_without_copying()
    {
        var all = new ArrayExamples(new float[] { 1, 2, 3, 4, 5, 6 }, new int[] { 7, 8, 9 }, 2);
        ArrayExamples some = all.Subset(2, 0).Subset(1, 0, 0);
        float[] input = new float[2];
        Assert.Equal(3, some.Count);
        Assert.Equal(7, some.CopyTo(0, input));
        Assert.Equal([1, 2], input);
        Assert.Equal(9, some.CopyTo(2, input));
        Assert.Equal([5, 6], input);
        Assert.Throws<ArgumentOutOfRangeException>(() => all.Subset(3));
        Assert.Throws<ArgumentException>(() => new ArrayExamples(new float[5], new int[3], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ArrayExamples(Array.Empty<float>(), new int[3], 0));
    }

    private sealed class RecordingExamples(int count) : IExampleSource
    {
        public List<int> Order { get; } = [];

        public int Count => count;

        public int InputLength => 1;

        public int CopyTo(int index, Span<float> input)
        {
            Order.Add(index);
            input[0] = index;
            return index % 2;
        }
    }
}
