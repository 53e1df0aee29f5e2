namespace Ftte;

/// <summary>Represents a contiguous range of coordinates in a model's flat parameter vector.</summary>
/// <param name="Start">The zero-based index of the first coordinate.</param>
/// <param name="Length">The number of coordinates.</param>
public readonly record struct ParameterRange(int Start, int Length)
{
    /// <summary>Gets the exclusive end of the range.</summary>
    public int End => Start + Length;

    /// <inheritdoc />
    public override string ToString() => $"[{Start}, {End})";
}
