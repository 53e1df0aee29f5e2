using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>The size of the parameters; needs no examples (Han et al., "Learning both Weights and Connections", NeurIPS 2015).</summary>
/// <remarks>A block is worth the sum of |w_j| over its parameters. Only a stopgap: it says what the model rests on, not what training would change.</remarks>
public sealed class MagnitudeMeasure : IImportanceMeasure
{
    /// <inheritdoc />
    /// <remarks>The examples are not looked at and may be null.</remarks>
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
