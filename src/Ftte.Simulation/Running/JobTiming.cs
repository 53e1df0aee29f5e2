namespace Ftte.Simulation;

/// <summary>When a job ends, and whether its update ever arrives.</summary>
/// <remarks>
/// Everything that is left to chance is drawn from (seed, device, how many jobs it had before), in a fixed order: whatever rule is run, a device's n-th job
/// meets the same fate.
/// </remarks>
/// <param name="End">When the update arrives, or when the device gives up or goes for good; since the run began.</param>
/// <param name="ShareDone">The share of the computation that is done by then.</param>
/// <param name="IsDropped">Whether no update ever arrives.</param>
internal readonly record struct JobTiming(TimeSpan End, double ShareDone, bool IsDropped)
{
    /// <summary>The longest job, in seconds: thirty years, so that times can be added up without a thought.</summary>
    public const double LongestSeconds = 1e9;

    /// <summary>Draws a job's fate.</summary>
    /// <param name="device">The device.</param>
    /// <param name="load">What the job takes.</param>
    /// <param name="start">When it begins.</param>
    /// <param name="duration">How long it takes, if that is given.</param>
    /// <param name="random">The job's own randomness.</param>
    public static JobTiming Draw(SimulatedDevice device, JobLoad load, TimeSpan start, TimeSpan? duration, SeededRandom random)
    {
        bool drops = random.NextDouble() < device.DropOut;
        double done = random.NextDouble();
        double ask = device.Latency.Draw(ref random), factor = device.ComputeFactor.Draw(ref random), answer = device.Latency.Draw(ref random);
        double? whole = duration?.TotalSeconds ?? device.JobDuration?.Draw(ref random);

        double receiving = ask + (load.BytesDown / device.DownloadBytesPerSecond);
        double computing = load.MultiplyAdds / device.MultiplyAddsPerSecond * factor;
        double sending = answer + (load.BytesUp / device.UploadBytesPerSecond);
        double seconds = whole is { } fixedTime
            ? fixedTime * (drops ? done : 1)
            : receiving + (computing * (drops ? done : 1)) + (drops ? 0 : sending);
        var work = TimeSpan.FromSeconds(Math.Min(seconds, LongestSeconds));
        TimeSpan own = start + device.ClockSkew;
        if (device.Availability.EndOf(own, work) is { } end)
        {
            return new JobTiming(end - device.ClockSkew, drops ? done : 1, drops);
        }

        TimeSpan departure = device.Availability.DepartureAfter(own);
        double present = device.Availability.PresentBetween(own, departure).TotalSeconds;
        double share = whole is { } given ? present / given : (present - receiving) / computing;
        return new JobTiming(departure - device.ClockSkew, double.IsNaN(share) ? 0 : Math.Clamp(share, 0, drops ? done : 1), IsDropped: true);
    }
}
