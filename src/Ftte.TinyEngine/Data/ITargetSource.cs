namespace Ftte.TinyEngine;

/// <summary>Provides examples with a target vector, for losses that compare all outputs with a vector.</summary>
/// <remarks>The contract of <see cref="IExampleSource"/> applies; labels are not used.</remarks>
public interface ITargetSource : IExampleSource
{
    /// <summary>Gets the number of target values per example.</summary>
    int TargetLength { get; }

    /// <summary>Copies the target of an example.</summary>
    /// <param name="index">The example.</param>
    /// <param name="draw">The random bits of this visit, the same as for the input.</param>
    /// <param name="target">Receives exactly <see cref="TargetLength"/> values.</param>
    void CopyTargetTo(int index, ulong draw, Span<float> target);
}
