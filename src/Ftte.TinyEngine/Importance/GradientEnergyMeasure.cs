using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>The energy of the mean gradient: the loss that one small step takes off, to first order (TraDy, arXiv 2510.19675, ranks layers so).</summary>
/// <remarks>
/// A block is worth the sum of g_j^2 over its parameters, with g the gradient of the mean loss over the examples. Additive: parts of blocks are worth their
/// own sums. What the examples disagree on cancels out; <see cref="GradientEnergyProbe"/> measures without that, example by example.
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
