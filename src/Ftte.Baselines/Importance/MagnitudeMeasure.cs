using Ftte.Selection;
using Ftte.TinyEngine;
using Ftte.TinyEngine.Importance;

namespace Ftte.Baselines;

/// <summary>Measures the magnitude of the parameters, without examples (Han et al., "Learning both Weights and Connections", NeurIPS 2015).</summary>
/// <remarks>The value of a block is the sum of |w_j| over its parameters. Use it only as a fallback, because it measures the current model and not the effect of training.</remarks>
public sealed class MagnitudeMeasure : IImportanceMeasure
{
    /// <inheritdoc />
    /// <remarks>The examples are not used and may be null.</remarks>
    public BlockImportance Measure(
        Network network, ReadOnlySpan<float> parameters, IExampleSource? examples = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        network.CheckFits(parameters);
        cancellationToken.ThrowIfCancellationRequested();
        float[] weights = parameters.ToArray();
        return BlockValues.Sum(network, j => Math.Abs((double)weights[j]));
    }
}
