namespace Ftte.Privacy;

/// <summary>Limits how often one client contributes to the versions of a run. The guarantee holds only for limits that are enforced.</summary>
/// <param name="MaxParticipations">k, the maximum number of versions that a client contributes to; at least 1.</param>
/// <param name="MinSeparation">b, the minimum number of versions from one contribution of a client to the next; at least 1, which allows consecutive versions.</param>
/// <remarks>The default value is that of a single contribution, (1, 1).</remarks>
/// <exception cref="ArgumentOutOfRangeException">A limit is less than 1.</exception>
public readonly record struct ParticipationLimits(int MaxParticipations, int MinSeparation)
{
    // The fields are one less than the limits, so that default is valid.

    /// <summary>Gets k, the maximum number of versions that a client contributes to.</summary>
    public int MaxParticipations { get => field + 1; init => field = AtLeastOne(value, nameof(MaxParticipations)) - 1; } = AtLeastOne(MaxParticipations, nameof(MaxParticipations)) - 1;

    /// <summary>Gets b, the minimum number of versions from one contribution of a client to the next.</summary>
    public int MinSeparation { get => field + 1; init => field = AtLeastOne(value, nameof(MinSeparation)) - 1; } = AtLeastOne(MinSeparation, nameof(MinSeparation)) - 1;

    /// <summary>Computes the maximum number of contributions of one client.</summary>
    /// <param name="steps">The number of versions; not negative.</param>
    /// <returns>min(k, ceil(steps / b)).</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of versions is negative.</exception>
    public int CountWithin(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        return Math.Min(MaxParticipations, (int)(((long)steps + MinSeparation - 1) / MinSeparation));
    }

    private static int AtLeastOne(int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        return value;
    }
}
