using Ftte.Selection;

namespace Ftte.TinyEngine.Importance;

/// <summary>Measures the energy of the mean gradient: the decrease of the loss in one small step, to first order (TraDy, arXiv 2510.19675, ranks layers so).</summary>
/// <remarks>
/// The value of a block is the sum of g_j^2 over its parameters, with g the gradient of the mean loss over the examples. Additive: the value of a part of a block is the
/// sum over that part. Gradients of examples with opposite signs cancel; <see cref="GradientEnergyProbe"/> measures example by example, without cancellation.
/// </remarks>
public sealed class GradientEnergyMeasure : IImportanceMeasure
{
    /// <inheritdoc />
    public BlockImportance Measure(
        Network network, ReadOnlySpan<float> parameters, IExampleSource examples, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        float[] gradient = network.Gradient(parameters, examples, cancellationToken: cancellationToken);
        return BlockValues.Sum(network, j => (double)gradient[j] * gradient[j]);
    }
}
