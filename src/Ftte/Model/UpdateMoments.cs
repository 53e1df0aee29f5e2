using Ftte.Numerics;

namespace Ftte;

/// <summary>Represents the mean, variance and norm of an update's values, computed from float64 sums in a fixed order.</summary>
/// <remarks>
/// The sums have the same bits at every vector width. A value that is NaN or infinite makes
/// <see cref="SumOfSquares"/> NaN or infinite, so one pass also determines whether all values are finite.
/// </remarks>
public readonly record struct UpdateMoments
{
    private UpdateMoments(int count, double sum, double sumOfSquares)
    {
        Count = count;
        Sum = sum;
        SumOfSquares = sumOfSquares;
    }

    /// <summary>Gets the number of values.</summary>
    public int Count { get; }

    /// <summary>Gets the sum of the values.</summary>
    public double Sum { get; }

    /// <summary>Gets the sum of the squared values.</summary>
    public double SumOfSquares { get; }

    /// <summary>Gets a value that indicates whether every value is finite.</summary>
    public bool IsFinite => double.IsFinite(SumOfSquares);

    /// <summary>Gets the Euclidean norm.</summary>
    public double Norm => Math.Sqrt(SumOfSquares);

    /// <summary>Gets the mean; 0 if there are no values.</summary>
    public double Mean => Count == 0 ? 0 : Sum / Count;

    /// <summary>Gets the variance over the coordinates, divided by their count so that the size of a subset does not matter; 0 if there are no values.</summary>
    public double Variance => Count == 0 ? 0 : Math.Max(0, (SumOfSquares - (Sum * Sum / Count)) / Count);

    /// <summary>Computes the moments of a vector in one pass.</summary>
    /// <param name="values">The values, of any length; may contain NaN or infinity.</param>
    /// <returns>The moments.</returns>
    public static UpdateMoments Measure(ReadOnlySpan<float> values)
    {
        (double sum, double sumOfSquares) = MomentsKernel.Measure(values);
        return new UpdateMoments(values.Length, sum, sumOfSquares);
    }

    /// <summary>Combines the moments of two vectors into those of both.</summary>
    internal UpdateMoments Plus(in UpdateMoments other) => new(Count + other.Count, Sum + other.Sum, SumOfSquares + other.SumOfSquares);
}
