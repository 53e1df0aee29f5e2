namespace Ftte;

/// <summary>The number of a selection that the server has announced; an update names the one it was trained with.</summary>
/// <param name="Number">0 for the first selection; each change adds one.</param>
public readonly record struct SelectionVersion(int Number)
{
    /// <inheritdoc />
    public override string ToString() => $"s{Number}";
}
