namespace Ftte.Simulation.Common;

/// <summary>The limits of virtual time.</summary>
internal static class TimeLimits
{
    /// <summary>The maximum duration of a job and of a run, in seconds: about thirty years, so that sums of times cannot overflow.</summary>
    public const double MaxSeconds = 1e9;

    /// <summary>Gets the maximum duration of a job and of a run.</summary>
    public static TimeSpan Max { get; } = TimeSpan.FromSeconds(MaxSeconds);
}
