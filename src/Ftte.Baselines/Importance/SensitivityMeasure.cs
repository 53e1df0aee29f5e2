using Ftte.Selection;
using Ftte.TinyEngine;
using Ftte.TinyEngine.Importance;

namespace Ftte.Baselines;

/// <summary>Measures connection sensitivity: the dependence of the loss on the parameters (Lee et al., SNIP, ICLR 2019).</summary>
/// <remarks>The value of a block is the sum of |g_j w_j| over its parameters, with g the gradient of the mean loss over the examples. Biases of 0 have the value 0.</remarks>
public sealed class SensitivityMeasure : IImportanceMeasure
{
    /// <inheritdoc />
    public BlockImportance Measure(
        Network network, ReadOnlySpan<float> parameters, IExampleSource examples, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        float[] gradient = network.Gradient(parameters, examples, cancellationToken: cancellationToken);
        float[] weights = parameters.ToArray();
        return BlockValues.Sum(network, j => Math.Abs((double)gradient[j] * weights[j]));
    }
}
