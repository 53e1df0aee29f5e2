using Ftte.Simulation.Common;
using Ftte.Simulation.Randomness;

namespace Ftte.Simulation.Jobs;

/// <summary>Represents the end of a job, and whether its update arrives.</summary>
/// <remarks>
/// All random values are drawn in a fixed order from the seed, the device and the number of its earlier jobs. The n-th job of a device draws the same values under every rule.
/// </remarks>
/// <param name="End">The time since the run began at which the update arrives, or the device gives up or leaves for good.</param>
/// <param name="ShareDone">The share of the computation that is done by then.</param>
/// <param name="IsDropped">Whether no update arrives.</param>
internal readonly record struct JobTiming(TimeSpan End, double ShareDone, bool IsDropped)
{
    /// <summary>Draws the timing of a job.</summary>
    /// <param name="device">The device.</param>
    /// <param name="load">The load of the job.</param>
    /// <param name="start">The start of the job.</param>
    /// <param name="duration">The duration of the job; null if it follows from the device.</param>
    /// <param name="random">The random generator of the job.</param>
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
        var work = TimeSpan.FromSeconds(Math.Min(seconds, TimeLimits.MaxSeconds));
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
