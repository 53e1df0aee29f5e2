using System.Numerics.Tensors;

namespace Ftte.Aggregation;

/// <summary>Computes the norm of the step from the current model to a candidate, tile by tile in ascending order.</summary>
internal sealed class StepMeasure
{
    private readonly float[] _difference = new float[UpdateBuffer.TileLength];
    private UpdateMoments _moments;
    private bool _hasFiniteStatistics = true;

    /// <summary>Gets a value that indicates whether every changed value is finite.</summary>
    public bool IsFinite => _moments.IsFinite && _hasFiniteStatistics;

    /// <summary>Gets the Euclidean norm of the step.</summary>
    public double Norm => _moments.Norm;

    /// <summary>Gets the root mean square of the step over the changed trainable coordinates; 0 if there are none.</summary>
    public double RootMeanSquare => _moments.Count == 0 ? 0 : Math.Sqrt(_moments.SumOfSquares / _moments.Count);

    public void Add(ReadOnlySpan<float> before, ReadOnlySpan<float> after)
    {
        Span<float> difference = _difference.AsSpan(0, after.Length);
        TensorPrimitives.Subtract(after, before, difference);
        _moments = _moments.Plus(UpdateMoments.Measure(difference));
    }

    public void AddStatistics(ReadOnlySpan<float> after) => _hasFiniteStatistics &= UpdateMoments.Measure(after).IsFinite;
}
