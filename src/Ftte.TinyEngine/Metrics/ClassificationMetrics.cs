using System.Numerics.Tensors;

namespace Ftte.TinyEngine.Metrics;

/// <summary>Measures the predictions of a classifier: a confusion matrix, and the accuracy of its k most probable classes.</summary>
/// <remarks>Measured with a <see cref="Predictor"/> by <see cref="Measure"/>, or added one by one. Not thread-safe.</remarks>
public sealed class ClassificationMetrics
{
    private readonly long[] _ranks;

    /// <summary>Creates metrics without examples.</summary>
    /// <param name="classCount">The number of classes, 1 to 32,768.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of classes is out of range.</exception>
    public ClassificationMetrics(int classCount)
    {
        Confusion = new ConfusionMatrix(classCount);

        // The last entry counts examples without a rank.
        _ranks = new long[classCount + 1];
    }

    /// <summary>Gets the confusion matrix, with accuracy, recall, precision and F1.</summary>
    public ConfusionMatrix Confusion { get; }

    /// <summary>Measures a predictor on examples.</summary>
    /// <param name="predictor">The predictor, of a network with classes.</param>
    /// <param name="examples">The examples, at least one. Inputs are read as they are, without variation.</param>
    /// <param name="cancellationToken">Cancels between two batches.</param>
    /// <returns>The metrics. The accuracy is that of <see cref="NetworkEvaluation"/>.</returns>
    /// <exception cref="ArgumentException">The network has no classes, the examples do not fit it, or there are none.</exception>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network, or another call of the predictor has not ended.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static ClassificationMetrics Measure(Predictor predictor, IExampleSource examples, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(predictor);
        Network network = predictor.Network;
        int count = network.CheckFits(examples), batch = Math.Min(count, predictor.Plan.BatchSize), classCount = network.ClassCount;
        if (classCount == 0)
        {
            throw new ArgumentException($"Loss '{network.Loss.Name}' has no classes to measure. Use {nameof(NetworkEvaluation)}.{nameof(NetworkEvaluation.Evaluate)}.", nameof(predictor));
        }

        var metrics = new ClassificationMetrics(classCount);
        float[] inputs = new float[batch * network.InputLength], scores = new float[batch * classCount];
        int[] labels = new int[batch], classes = new int[batch];
        for (int first = 0; first < count; first += batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int length = Math.Min(batch, count - first);
            for (int n = 0; n < length; n++)
            {
                labels[n] = network.CheckLabel(first + n, examples.CopyTo(first + n, inputs.AsSpan(n * network.InputLength, network.InputLength)));
            }

            // Outputs rank classes whose probabilities round to the same number.
            bool hasOutputs = network.OutputLength == classCount;
            Span<float> received = scores.AsSpan(0, length * classCount);
            predictor.Predict(inputs.AsSpan(0, length * network.InputLength), new PredictionBuffers
            {
                Classes = classes.AsSpan(0, length),
                Outputs = hasOutputs ? received : default,
                Probabilities = hasOutputs ? default : received,
            });
            for (int n = 0; n < length; n++)
            {
                metrics.Add(labels[n], classes[n], received.Slice(n * classCount, classCount));
            }
        }

        return metrics;
    }

    /// <summary>Adds an example.</summary>
    /// <param name="label">The label.</param>
    /// <param name="predicted">The predicted class; -1 if there is none.</param>
    /// <param name="scores">The probability or the output of each class.</param>
    /// <exception cref="ArgumentOutOfRangeException">The label or the class is not one of the classes.</exception>
    /// <exception cref="ArgumentException">There is not one score per class.</exception>
    public void Add(int label, int predicted, ReadOnlySpan<float> scores)
    {
        if (scores.Length != Confusion.ClassCount)
        {
            throw new ArgumentException($"There are {Confusion.ClassCount} classes, but {scores.Length} scores. Specify one score per class.", nameof(scores));
        }

        Confusion.Add(label, predicted);
        _ranks[predicted < 0 || TensorPrimitives.IsNaNAny(scores) ? Confusion.ClassCount : RankOf(label, scores)]++;
    }

    /// <summary>Returns the share of examples whose label is among the k classes with the largest scores.</summary>
    /// <param name="k">The number of classes, 1 to the number of all classes.</param>
    /// <returns>
    /// The accuracy, in [0, 1]; NaN without examples. If scores are equal, the class with the smaller number precedes. An example without a predicted class or with a NaN score never counts.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">k is out of range.</exception>
    public double TopKAccuracy(int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, Confusion.ClassCount);
        return (double)_ranks.Take(k).Sum() / _ranks.Sum();
    }

    private static int RankOf(int label, ReadOnlySpan<float> scores)
    {
        int rank = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            rank += scores[i] > scores[label] || (scores[i] == scores[label] && i < label) ? 1 : 0;
        }

        return rank;
    }
}
