namespace Ftte.TinyEngine;

/// <summary>Examples whose target is their input, for an autoencoder.</summary>
/// <param name="source">Where the inputs come from.</param>
public sealed class ReconstructionExamples(IExampleSource source) : ITargetSource
{
    /// <inheritdoc />
    public int Count => source.Count;

    /// <inheritdoc />
    public int InputLength => source.InputLength;

    /// <inheritdoc />
    public int TargetLength => source.InputLength;

    /// <inheritdoc />
    public bool VariesByDraw => source.VariesByDraw;

    /// <inheritdoc />
    public int CopyTo(int index, Span<float> input) => source.CopyTo(index, input);

    /// <inheritdoc />
    public int CopyTo(int index, ulong draw, Span<float> input) => source.CopyTo(index, draw, input);

    /// <inheritdoc />
    public void CopyTargetTo(int index, ulong draw, Span<float> target) => source.CopyTo(index, draw, target);
}
