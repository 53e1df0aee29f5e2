using Ftte.Selection;

namespace Ftte.TinyEngine.Importance;

/// <summary>Measures the importance of training each block on central examples: on a server with public data, or in an experiment.</summary>
/// <remarks>
/// Deterministic: the same parameters and examples give the same bits. Running statistics, which no gradient reaches, have the value 0. Without
/// central examples, use <see cref="IImportanceProbe"/> on devices. An implementation must be safe for concurrent calls.
/// </remarks>
public interface IImportanceMeasure
{
    /// <summary>Measures every block.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">The flat vector to train from; not changed.</param>
    /// <param name="examples">Representative examples, at least one.</param>
    /// <param name="cancellationToken">Cancels the measurement.</param>
    /// <returns>The importance, in the measure's own unit.</returns>
    /// <exception cref="ArgumentException">The vector or the examples do not fit the network, or there are no examples.</exception>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network, or a measured value is not finite.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    BlockImportance Measure(Network network, ReadOnlySpan<float> parameters, IExampleSource examples, CancellationToken cancellationToken = default);
}
