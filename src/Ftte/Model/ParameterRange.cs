namespace Ftte;

/// <summary>A contiguous run of coordinates in a model's flat parameter vector.</summary>
/// <param name="Start">The first coordinate, zero based.</param>
/// <param name="Length">The number of coordinates.</param>
public readonly record struct ParameterRange(int Start, int Length)
{
    /// <summary>Gets the coordinate just past the last one.</summary>
    public int End => Start + Length;

    /// <inheritdoc />
    public override string ToString() => $"[{Start}, {End})";
}
