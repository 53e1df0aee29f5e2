namespace Ftte.Privacy.SecureAggregation;

/// <summary>Specifies the step of a cohort.</summary>
internal enum CohortStep
{
    /// <summary>Members send shares of their secrets.</summary>
    Sharing,

    /// <summary>Members send masked updates.</summary>
    Masking,

    /// <summary>Members send the shares with which masks are removed.</summary>
    Unmasking,

    /// <summary>The sum is known.</summary>
    Completed,

    /// <summary>Too many members left, or a member sent wrong shares.</summary>
    Failed,
}
