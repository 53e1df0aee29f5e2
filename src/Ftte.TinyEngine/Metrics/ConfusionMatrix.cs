namespace Ftte.TinyEngine.Metrics;

/// <summary>Counts examples by their label and their predicted class, and computes recall, precision and F1 of each class.</summary>
/// <remarks>
/// <para>A metric whose denominator is 0 is NaN, and means over classes leave out the classes for which the metric is NaN: <see cref="Recall"/> of a class without
/// examples, <see cref="Precision"/> of a class that is never predicted, and <see cref="F1"/> of a class with neither. The means are those of scikit-learn with the
/// labels that occur.</para>
/// <para>Not thread-safe.</para>
/// </remarks>
public sealed class ConfusionMatrix
{
    private const int MaxClasses = 1 << 15;
    private readonly long[] _counts;

    /// <summary>Creates a matrix without examples.</summary>
    /// <param name="classCount">The number of classes, 1 to 32,768.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of classes is out of range.</exception>
    public ConfusionMatrix(int classCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classCount, MaxClasses);
        ClassCount = classCount;

        // The last column counts examples without a predicted class.
        _counts = new long[classCount * (classCount + 1)];
    }

    /// <summary>Gets the number of classes.</summary>
    public int ClassCount { get; }

    /// <summary>Gets the number of examples.</summary>
    public long Count => _counts.Sum();

    /// <summary>Gets the number of examples whose predicted class is their label.</summary>
    public long Correct => Enumerable.Range(0, ClassCount).Sum(label => At(label, label));

    /// <summary>Gets the share of examples whose predicted class is their label, in [0, 1]; NaN without examples.</summary>
    public double Accuracy => (double)Correct / Count;

    /// <summary>Gets the mean recall over the classes with examples, which is also called balanced accuracy; NaN without examples.</summary>
    public double MacroRecall => Mean(Recall);

    /// <summary>Gets the mean F1 over the classes that occur as a label or as a prediction; NaN without examples.</summary>
    public double MacroF1 => Mean(F1);

    /// <summary>Gets the number of examples with a label and a predicted class.</summary>
    /// <param name="label">The label.</param>
    /// <param name="predicted">The predicted class, or -1 for examples without one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The label or the class is not one of the classes.</exception>
    public long this[int label, int predicted]
    {
        get
        {
            Check(label, predicted);
            return At(label, predicted);
        }
    }

    /// <summary>Adds an example.</summary>
    /// <param name="label">The label.</param>
    /// <param name="predicted">The predicted class; -1 if there is none, because the outputs were not finite. Such an example counts as wrong.</param>
    /// <exception cref="ArgumentOutOfRangeException">The label or the class is not one of the classes.</exception>
    public void Add(int label, int predicted)
    {
        Check(label, predicted);
        _counts[IndexOf(label, predicted)]++;
    }

    /// <summary>Adds the examples of another matrix, such as that of another device.</summary>
    /// <param name="other">The other matrix.</param>
    /// <exception cref="ArgumentException">The other matrix has another number of classes.</exception>
    public void Add(ConfusionMatrix other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.ClassCount != ClassCount)
        {
            throw new ArgumentException($"The matrix has {ClassCount} classes, but the other one has {other.ClassCount}. Add matrices of the same classes.", nameof(other));
        }

        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }
    }

    /// <summary>Returns the number of examples with a label.</summary>
    /// <param name="label">The label.</param>
    /// <returns>The number.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The label is not one of the classes.</exception>
    public long Support(int label)
    {
        Check(label, label);
        return _counts.AsSpan(label * (ClassCount + 1), ClassCount + 1).ToArray().Sum();
    }

    /// <summary>Returns the share of a class's examples that are predicted as that class.</summary>
    /// <param name="label">The class.</param>
    /// <returns>The recall, in [0, 1]; NaN if no example has the label.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The label is not one of the classes.</exception>
    public double Recall(int label) => (double)this[label, label] / Support(label);

    /// <summary>Returns the share of the predictions of a class that are correct.</summary>
    /// <param name="label">The class.</param>
    /// <returns>The precision, in [0, 1]; NaN if the class is never predicted.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The label is not one of the classes.</exception>
    public double Precision(int label) => (double)this[label, label] / Predicted(label);

    /// <summary>Returns the harmonic mean of recall and precision of a class: 2 * correct / (examples + predictions).</summary>
    /// <param name="label">The class.</param>
    /// <returns>The F1 score, in [0, 1]; NaN if the class has no examples and is never predicted.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The label is not one of the classes.</exception>
    public double F1(int label) => 2.0 * this[label, label] / (Support(label) + Predicted(label));

    private long Predicted(int predicted) => Enumerable.Range(0, ClassCount).Sum(label => At(label, predicted));

    private double Mean(Func<int, double> metric)
    {
        double[] defined = [.. Enumerable.Range(0, ClassCount).Select(metric).Where(value => !double.IsNaN(value))];
        return defined.Length == 0 ? double.NaN : defined.Average();
    }

    private long At(int label, int predicted) => _counts[IndexOf(label, predicted)];

    private int IndexOf(int label, int predicted) => (label * (ClassCount + 1)) + (predicted < 0 ? ClassCount : predicted);

    private void Check(int label, int predicted)
    {
        if ((uint)label >= (uint)ClassCount)
        {
            throw new ArgumentOutOfRangeException(nameof(label), label, $"There are {ClassCount} classes, 0 to {ClassCount - 1}.");
        }

        if (predicted < -1 || predicted >= ClassCount)
        {
            throw new ArgumentOutOfRangeException(nameof(predicted), predicted, $"There are {ClassCount} classes, 0 to {ClassCount - 1}; -1 stands for none.");
        }
    }
}
