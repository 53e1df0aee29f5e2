using Ftte.TinyEngine.Metrics;

namespace Ftte.TinyEngine.Tests.Metrics;

public class ConfusionMatrixTests
{
    [Fact]
    public void Metrics_of_three_classes_are_those_computed_by_hand()
    {
        // Labels in rows, predictions in columns:
        //   3 1 0
        //   2 4 2
        //   0 1 7
        ConfusionMatrix matrix = Of(new[,] { { 3, 1, 0 }, { 2, 4, 2 }, { 0, 1, 7 } });

        Assert.Equal((20, 14), (matrix.Count, matrix.Correct));
        Assert.Equal(14.0 / 20, matrix.Accuracy);
        Assert.Equal([4L, 8L, 8L], Each(matrix.Support));
        Assert.Equal([3.0 / 4, 4.0 / 8, 7.0 / 8], Each(matrix.Recall));
        Assert.Equal([3.0 / 5, 4.0 / 6, 7.0 / 9], Each(matrix.Precision));
        Assert.Equal([6.0 / 9, 8.0 / 14, 14.0 / 17], Each(matrix.F1));
        Assert.Equal((0.75 + 0.5 + 0.875) / 3, matrix.MacroRecall, 15);
        Assert.Equal(((6.0 / 9) + (8.0 / 14) + (14.0 / 17)) / 3, matrix.MacroF1, 15);
        Assert.Equal((2, 0), (matrix[1, 2], matrix[2, 0]));
    }

    [Fact]
    public void A_class_without_examples_counts_in_the_macro_F1_only_if_it_is_predicted()
    {
        // Class 2 is predicted once but has no examples; class 3 does not occur.
        ConfusionMatrix matrix = Of(new[,] { { 2, 0, 1, 0 }, { 0, 3, 0, 0 }, { 0, 0, 0, 0 }, { 0, 0, 0, 0 } });

        Assert.Equal([2.0 / 3, 1, double.NaN, double.NaN], [.. Enumerable.Range(0, 4).Select(matrix.Recall)]);
        Assert.Equal([1, 1, 0, double.NaN], [.. Enumerable.Range(0, 4).Select(matrix.Precision)]);
        Assert.Equal([4.0 / 5, 1, 0, double.NaN], [.. Enumerable.Range(0, 4).Select(matrix.F1)]);
        Assert.Equal(((2.0 / 3) + 1) / 2, matrix.MacroRecall, 15);
        Assert.Equal((0.8 + 1 + 0) / 3, matrix.MacroF1, 15);
    }

    [Fact]
    public void Without_examples_all_metrics_are_NaN()
    {
        var matrix = new ConfusionMatrix(3);
        Assert.Equal(0, matrix.Count);
        Assert.All([matrix.Accuracy, matrix.MacroF1, matrix.MacroRecall, matrix.Recall(0), matrix.Precision(1), matrix.F1(2)], value => Assert.True(double.IsNaN(value)));
    }

    [Fact]
    public void An_example_without_a_predicted_class_counts_as_wrong()
    {
        ConfusionMatrix matrix = Of(new[,] { { 1, 0 }, { 0, 2 } });
        matrix.Add(0, -1);

        Assert.Equal((4, 3, 2, 1), (matrix.Count, matrix.Correct, matrix.Support(0), matrix[0, -1]));
        Assert.Equal((0.5, 1, 2.0 / 3), (matrix.Recall(0), matrix.Precision(0), matrix.F1(0)));
    }

    [Fact]
    public void Matrices_of_devices_add_up()
    {
        ConfusionMatrix sum = Of(new[,] { { 1, 2 }, { 3, 4 } });
        sum.Add(Of(new[,] { { 10, 20 }, { 30, 40 } }));

        Assert.Equal((11, 22, 33, 44), (sum[0, 0], sum[0, 1], sum[1, 0], sum[1, 1]));
        Assert.Throws<ArgumentException>(() => sum.Add(new ConfusionMatrix(3)));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(2, 0)]
    [InlineData(0, 2)]
    [InlineData(0, -2)]
    public void A_label_or_prediction_that_is_no_class_is_refused(int label, int predicted)
    {
        var matrix = new ConfusionMatrix(2);
        Assert.Contains("There are 2 classes, 0 to 1", Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Add(label, predicted)).Message, StringComparison.Ordinal);
        Assert.Equal(0, matrix.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(int.MaxValue)]
    public void A_number_of_classes_out_of_range_is_refused(int classes) => Assert.Throws<ArgumentOutOfRangeException>(() => new ConfusionMatrix(classes));

    private static ConfusionMatrix Of(int[,] counts)
    {
        var matrix = new ConfusionMatrix(counts.GetLength(0));
        for (int label = 0; label < matrix.ClassCount; label++)
        {
            for (int predicted = 0; predicted < matrix.ClassCount; predicted++)
            {
                for (int n = 0; n < counts[label, predicted]; n++)
                {
                    matrix.Add(label, predicted);
                }
            }
        }

        return matrix;
    }

    private static T[] Each<T>(Func<int, T> metric) => [metric(0), metric(1), metric(2)];
}
