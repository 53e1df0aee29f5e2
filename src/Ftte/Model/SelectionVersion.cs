namespace Ftte;

/// <summary>Represents the number of a selection that the server has announced. An update contains the number of the selection that was trained.</summary>
/// <param name="Number">0 for the first selection; each change adds 1.</param>
/// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
public readonly record struct SelectionVersion(int Number)
{
    /// <summary>Gets the number: 0 for the first selection; each change adds 1.</summary>
    public int Number { get; init => field = NotNegative(value); } = NotNegative(Number);

    /// <inheritdoc />
    public override string ToString() => $"s{Number}";

    private static int NotNegative(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number, nameof(Number));
        return number;
    }
}
