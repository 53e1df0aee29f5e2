using Ftte.Simulation.Jobs;

namespace Ftte.Simulation.Cohorts;

/// <summary>Represents a job whose update is ready.</summary>
/// <param name="Job">The job.</param>
/// <param name="Update">The update.</param>
internal sealed record ReadyJob(SimulatedJob Job, SparseUpdate Update)
{
    /// <summary>Gets or sets the time since which the device waits.</summary>
    public TimeSpan Since { get; set; }

    /// <summary>Gets or sets the number of announcements.</summary>
    public int Announcements { get; set; }
}
