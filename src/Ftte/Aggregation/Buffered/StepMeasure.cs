using System.Numerics.Tensors;

namespace Ftte.Aggregation;

/// <summary>Measures how far a candidate is from the current model, tile by tile in ascending order.</summary>
internal sealed class StepMeasure
{
    private readonly float[] _difference = new float[UpdateBuffer.TileLength];
    private UpdateMoments _moments;
    private bool _hasFiniteStatistics = true;

    /// <summary>Gets whether every value that was moved is finite.</summary>
    public bool IsFinite => _moments.IsFinite && _hasFiniteStatistics;

    /// <summary>Gets the Euclidean norm of the step.</summary>
    public double Norm => _moments.Norm;

    /// <summary>Gets the root mean square of the step over the trainable coordinates that were moved; 0 of none.</summary>
    public double RootMeanSquare => _moments.Count == 0 ? 0 : Math.Sqrt(_moments.SumOfSquares / _moments.Count);

    public void Add(ReadOnlySpan<float> before, ReadOnlySpan<float> after)
    {
        Span<float> difference = _difference.AsSpan(0, after.Length);
        TensorPrimitives.Subtract(after, before, difference);
        _moments = _moments.Plus(UpdateMoments.Measure(difference));
    }

    public void AddStatistics(ReadOnlySpan<float> after) => _hasFiniteStatistics &= UpdateMoments.Measure(after).IsFinite;
}
