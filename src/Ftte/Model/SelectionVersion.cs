namespace Ftte;

/// <summary>The number of a selection that the server has announced; an update names the one it was trained with.</summary>
/// <param name="Number">0 for the first selection; each change adds one.</param>
/// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
public readonly record struct SelectionVersion(int Number)
{
    /// <summary>Gets the number: 0 for the first selection; each change adds one.</summary>
    public int Number { get; init => field = NotNegative(value); } = NotNegative(Number);

    /// <inheritdoc />
    public override string ToString() => $"s{Number}";

    private static int NotNegative(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number, nameof(Number));
        return number;
    }
}
