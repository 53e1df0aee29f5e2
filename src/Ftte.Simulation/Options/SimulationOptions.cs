using Ftte.Simulation.Common;
using Ftte.Simulation.Journal;

namespace Ftte.Simulation;

/// <summary>How a run goes: how long, from which seed, on how many threads. The same for every rule that is compared.</summary>
/// <remarks>Read when the run begins.</remarks>
public sealed record SimulationOptions
{
    /// <summary>Gets the seed of every draw: who is asked, how long jobs take, who drops out.</summary>
    public ulong Seed { get; init; }

    /// <summary>Gets the number of threads that train; the results are the same bits with any.</summary>
    /// <value>Default: as many as there are cores.</value>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Gets the virtual time at which the run ends.</summary>
    /// <value>Default null: no limit. At least one limit is needed.</value>
    public TimeSpan? MaxTime { get; init; }

    /// <summary>Gets the number of versions after which the run ends.</summary>
    /// <value>Default null: no limit.</value>
    public long? MaxVersions { get; init; }

    /// <summary>Gets the number of jobs after whose start no more are begun; those at work are still waited for.</summary>
    /// <value>Default null: no limit.</value>
    public long? MaxTrips { get; init; }

    /// <summary>Gets the number of jobs that may end without a new version before the run ends, because it makes no progress.</summary>
    /// <value>Default null: 1,000 and 100 for each device.</value>
    public long? MaxTripsPerVersion { get; init; }

    /// <summary>Gets the accuracy to reach.</summary>
    /// <value>Default null. Reports say when it was reached; <see cref="StopAtTarget"/> ends the run there.</value>
    public double? Target { get; init; }

    /// <summary>Gets whether the run ends once the target was reached in three evaluations in a row; with a pause of one evaluation, so that they run beside the training.</summary>
    /// <value>Default false.</value>
    public bool StopAtTarget { get; init; }

    /// <summary>Gets the least number of versions from one evaluation to the next.</summary>
    /// <value>Default 1. The first and the last version are evaluated in any case.</value>
    public int EvaluateEveryVersions { get; init; } = 1;

    /// <summary>Gets the least virtual time from one evaluation to the next.</summary>
    /// <value>Default zero.</value>
    public TimeSpan EvaluateEvery { get; init; }

    /// <summary>Gets who is asked next.</summary>
    /// <value>Default <see cref="DeviceOrder.Random"/>.</value>
    public DeviceOrder Order { get; init; }

    /// <summary>Gets when devices ask for work of their own accord (open loop); null to replace whoever has finished at once (closed loop).</summary>
    /// <value>Default null.</value>
    public ArrivalProcess? Arrivals { get; init; }

    /// <summary>Gets for how long devices have had the start model, and have been idle, when the run begins: time for work ahead.</summary>
    /// <value>Default zero. See <see cref="JobCost.AheadMultiplyAdds"/>.</value>
    public TimeSpan HeadStart { get; init; }

    /// <summary>Gets where trained updates are kept so that a run that ends early can go on; null for nowhere.</summary>
    /// <value>Default null. See <see cref="RunJournal"/>.</value>
    public RunJournal? Journal { get; init; }

    /// <summary>Gets what is told how far the run is, on the simulation's thread.</summary>
    /// <value>Default null.</value>
    public Action<SimulationProgress>? Progress { get; init; }

    /// <summary>Gets the real clock, which only times progress.</summary>
    /// <value>Default: the system's.</value>
    public TimeProvider RealTime { get; init; } = TimeProvider.System;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">A setting is out of range, or there is no limit.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Threads, 1024);
        Guard.Positive(MaxTime ?? TimeSpan.MaxValue, nameof(MaxTime));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxVersions ?? 1, 1, nameof(MaxVersions));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTrips ?? 1, 1, nameof(MaxTrips));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTripsPerVersion ?? 1, 1, nameof(MaxTripsPerVersion));
        Guard.Share(Target ?? 0, nameof(Target));
        ArgumentOutOfRangeException.ThrowIfLessThan(EvaluateEveryVersions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(EvaluateEvery, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(HeadStart, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(HeadStart, TimeSpan.FromSeconds(TimeLimits.MaxSeconds), nameof(HeadStart));
        ArgumentNullException.ThrowIfNull(RealTime);
        if (MaxTime is null && MaxVersions is null && MaxTrips is null && Arrivals?.IsEndless != false)
        {
            throw new ArgumentException("The run would never end; set MaxTime, MaxVersions or MaxTrips.", nameof(MaxTime));
        }

        if (StopAtTarget && Target is null)
        {
            throw new ArgumentException("There is no target to stop at; set Target.", nameof(Target));
        }
    }
}
