namespace Ftte;

/// <summary>Represents the number of a published model: 0 is the model that training started from, and each publication adds 1.</summary>
/// <param name="Number">The number of publications before this version; not negative.</param>
/// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
public readonly record struct ModelVersion(long Number) : IComparable<ModelVersion>
{
    /// <summary>Gets the number of publications before this version.</summary>
    /// <value>Not negative, so that the difference of two versions never overflows.</value>
    public long Number { get; init => field = NotNegative(value); } = NotNegative(Number);

    /// <summary>Gets the version that the next publication will have.</summary>
    public ModelVersion Next => new(Number + 1);

    /// <summary>Returns the number of publications from one version to another: the staleness of an update trained on <paramref name="earlier"/>.</summary>
    /// <param name="later">The current version.</param>
    /// <param name="earlier">The version that training started from.</param>
    /// <returns>The difference of the numbers; negative if <paramref name="earlier"/> is the later one.</returns>
    public static long operator -(ModelVersion later, ModelVersion earlier) => later.Number - earlier.Number;

    /// <summary>Determines whether the first version precedes the second.</summary>
    public static bool operator <(ModelVersion left, ModelVersion right) => left.Number < right.Number;

    /// <summary>Determines whether the first version follows the second.</summary>
    public static bool operator >(ModelVersion left, ModelVersion right) => left.Number > right.Number;

    /// <summary>Determines whether the first version precedes the second or is the same.</summary>
    public static bool operator <=(ModelVersion left, ModelVersion right) => left.Number <= right.Number;

    /// <summary>Determines whether the first version follows the second or is the same.</summary>
    public static bool operator >=(ModelVersion left, ModelVersion right) => left.Number >= right.Number;

    /// <inheritdoc />
    public int CompareTo(ModelVersion other) => Number.CompareTo(other.Number);

    /// <inheritdoc />
    public override string ToString() => $"v{Number}";

    private static long NotNegative(long number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number, nameof(Number));
        return number;
    }
}
