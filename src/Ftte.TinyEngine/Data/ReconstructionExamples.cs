namespace Ftte.TinyEngine;

/// <summary>Provides examples whose target is their input, for an autoencoder.</summary>
/// <param name="source">The source of the inputs.</param>
public sealed class ReconstructionExamples(IExampleSource source) : ITargetSource, IVaryingExampleSource
{
    private readonly IExampleSource _source = source ?? throw new ArgumentNullException(nameof(source));

    /// <inheritdoc />
    public int Count => _source.Count;

    /// <inheritdoc />
    public int InputLength => _source.InputLength;

    /// <inheritdoc />
    public int TargetLength => _source.InputLength;

    /// <inheritdoc />
    public bool VariesByDraw => _source.VariesByDraw();

    /// <inheritdoc />
    public int CopyTo(int index, Span<float> input) => _source.CopyTo(index, input);

    /// <inheritdoc />
    public int CopyTo(int index, ulong draw, Span<float> input) => _source.CopyTo(index, draw, input);

    /// <inheritdoc />
    public void CopyTargetTo(int index, ulong draw, Span<float> target) => _source.CopyTo(index, draw, target);
}
