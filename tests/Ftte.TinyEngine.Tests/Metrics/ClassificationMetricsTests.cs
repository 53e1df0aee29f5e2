using Ftte.TinyEngine.Metrics;

namespace Ftte.TinyEngine.Tests.Metrics;

public class ClassificationMetricsTests
{
    [Fact]
    public void Top_k_counts_labels_among_the_k_largest_scores_and_the_first_of_equal_ones()
    {
        var metrics = new ClassificationMetrics(4);
        metrics.Add(0, 0, [0.7f, 0.1f, 0.1f, 0.1f]);  // rank 0
        metrics.Add(3, 0, [0.7f, 0.1f, 0.1f, 0.1f]);  // rank 3: classes 1 and 2 precede
        metrics.Add(1, 2, [0.1f, 0.3f, 0.4f, 0.2f]);  // rank 1
        metrics.Add(2, 0, [0.25f, 0.25f, 0.25f, 0.25f]);  // rank 2

        Assert.Equal([0.25, 0.5, 0.75, 1], [.. Enumerable.Range(1, 4).Select(metrics.TopKAccuracy)]);
        Assert.Equal(0.25, metrics.Confusion.Accuracy);
    }

    [Fact]
    public void A_score_that_is_NaN_never_counts()
    {
        var metrics = new ClassificationMetrics(2);
        metrics.Add(0, -1, [1, float.NaN]);
        Assert.Equal((0, 0), (metrics.TopKAccuracy(1), metrics.TopKAccuracy(2)));
        Assert.True(double.IsNaN(new ClassificationMetrics(2).TopKAccuracy(1)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(1000)]
    public void Measured_accuracy_is_that_of_evaluation_and_top_k_grows_to_1(int batchSize)
    {
        Network network = Network.Build(12).Linear("fc1", 9).Relu().Linear("fc2", 5).SoftmaxCrossEntropy();
        ArrayExamples examples = TestData.Clusters(83, 12, 5, 3);
        float[] parameters = network.Initialize(1);
        network.Train(parameters, examples, new SgdOptions { Epochs = 2, LearningRate = 0.1f });
        using Predictor predictor = network.CreatePredictor(parameters, new PredictorOptions { BatchSize = batchSize });
        var metrics = ClassificationMetrics.Measure(predictor, examples);
        double[] top = [.. Enumerable.Range(1, 5).Select(metrics.TopKAccuracy)];

        Assert.Equal(83, metrics.Confusion.Count);
        Assert.Equal(network.Evaluate(parameters, examples).Accuracy, metrics.Confusion.Accuracy);
        Assert.Equal(top[0], metrics.Confusion.Accuracy);
        Assert.Equal(top.Order(), top);
        Assert.Equal(1, top[^1]);
    }

    [Fact]
    public void A_binary_loss_is_measured_as_two_classes()
    {
        Network network = Network.Build(1).Linear("fc", 1).BinaryCrossEntropy();
        using Predictor predictor = network.CreatePredictor(new float[] { 1, 0 });
        var metrics = ClassificationMetrics.Measure(predictor, new ArrayExamples(new float[] { -1, 1e-9f, 2, 3 }, new[] { 0, 1, 0, 1 }, 1));

        Assert.Equal((1, 1, 0, 2), (metrics.Confusion[0, 0], metrics.Confusion[0, 1], metrics.Confusion[1, 0], metrics.Confusion[1, 1]));
    }

    [Fact]
    public void Examples_that_do_not_fit_are_refused()
    {
        Network network = Network.Build(2).Linear("fc", 2).SoftmaxCrossEntropy();
        Network regression = Network.Build(2).Linear("fc", 2).MeanSquaredError();
        using Predictor predictor = network.CreatePredictor(network.Initialize(1)), other = regression.CreatePredictor(regression.Initialize(1));

        Assert.Contains("takes 2 inputs, but the examples have 3", Assert.Throws<ArgumentException>(() => ClassificationMetrics.Measure(predictor, TestData.Examples(4, 3, 2, 1))).Message, StringComparison.Ordinal);
        Assert.StartsWith("Example 1 has label 2, but the network has 2 classes, 0 to 1.", Assert.Throws<InvalidOperationException>(() => ClassificationMetrics.Measure(predictor, new ArrayExamples(new float[4], new[] { 0, 2 }, 2))).Message, StringComparison.Ordinal);
        Assert.Contains("has no classes", Assert.Throws<ArgumentException>(() => ClassificationMetrics.Measure(other, new ReconstructionExamples(TestData.Examples(4, 2, 2, 1)))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ClassificationMetrics(3).Add(0, 0, [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClassificationMetrics(3).TopKAccuracy(4));
    }

    [Fact]
    public void Measuring_stops_when_it_is_canceled()
    {
        Network network = Network.Build(2).Linear("fc", 2).SoftmaxCrossEntropy();
        using Predictor predictor = network.CreatePredictor(network.Initialize(1));
        Assert.Throws<OperationCanceledException>(() => ClassificationMetrics.Measure(predictor, TestData.Examples(4, 2, 2, 1), new CancellationToken(canceled: true)));
    }
}
