using Ftte.Simulation.Common;
using Ftte.Simulation.Journal;

namespace Ftte.Simulation;

/// <summary>Represents the settings of a run, such as limits, seed and threads. Use the same settings for all compared rules.</summary>
/// <remarks>The settings are read when the run begins.</remarks>
public sealed record SimulationOptions
{
    /// <summary>Gets the seed of all random values: the order of devices, durations, and drop-outs.</summary>
    public ulong Seed { get; init; }

    /// <summary>Gets the number of worker threads. Results have the same bits at any number.</summary>
    /// <value>Default: the number of cores.</value>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Gets the virtual time at which the run ends.</summary>
    /// <value>Default null: no limit. At least one limit is needed.</value>
    public TimeSpan? MaxTime { get; init; }

    /// <summary>Gets the number of versions after which the run ends.</summary>
    /// <value>Default null: no limit.</value>
    public long? MaxVersions { get; init; }

    /// <summary>Gets the maximum number of jobs. The run ends after the last of them has ended.</summary>
    /// <value>Default null: no limit.</value>
    public long? MaxTrips { get; init; }

    /// <summary>Gets the maximum number of jobs that may end without a new version. More of them end the run, because it makes no progress.</summary>
    /// <value>Default null: 1,000, plus 100 for each device.</value>
    public long? MaxTripsPerVersion { get; init; }

    /// <summary>Gets the target accuracy.</summary>
    /// <value>Default null. Reports state when it was reached; <see cref="StopAtTarget"/> ends the run there.</value>
    public double? Target { get; init; }

    /// <summary>Gets a value that indicates whether the run ends after three evaluations in a row have reached the target. It ends one evaluation later, because evaluations run while training goes on.</summary>
    /// <value>Default false.</value>
    public bool StopAtTarget { get; init; }

    /// <summary>Gets the settings for a run that reduces the devices' steps when the accuracy no longer improves, and then ends; null to do neither.</summary>
    /// <value>Default null.</value>
    public PlateauOptions? Plateau { get; init; }

    /// <summary>Gets the minimum number of versions between evaluations.</summary>
    /// <value>Default 1. The first and the last version are always evaluated.</value>
    public int EvaluateEveryVersions { get; init; } = 1;

    /// <summary>Gets the minimum virtual time between evaluations.</summary>
    /// <value>Default zero.</value>
    public TimeSpan EvaluateEvery { get; init; }

    /// <summary>Gets the minimum virtual time between evaluations, as a share of the elapsed time, so that long runs have evenly spaced evaluations on a logarithmic axis.</summary>
    /// <value>Default 0; in [0, 1].</value>
    public double EvaluateEveryShare { get; init; }

    /// <summary>Gets which idle device gets work next.</summary>
    /// <value>Default <see cref="DeviceOrder.Random"/>.</value>
    public DeviceOrder Order { get; init; }

    /// <summary>Gets the times at which devices ask for work by themselves (open loop); null to give work to the next device as soon as one has finished (closed loop).</summary>
    /// <value>Default null.</value>
    public ArrivalProcess? Arrivals { get; init; }

    /// <summary>Gets the time for which devices have been idle with the start model when the run begins. They use it to compute ahead.</summary>
    /// <value>Default zero. See <see cref="JobCost.AheadMultiplyAdds"/>.</value>
    public TimeSpan HeadStart { get; init; }

    /// <summary>Gets the journal of trained updates, from which a run that ended early continues; null for none.</summary>
    /// <value>Default null. See <see cref="RunJournal"/>.</value>
    public RunJournal? Journal { get; init; }

    /// <summary>Gets a callback that receives the progress, on the thread of the simulation.</summary>
    /// <value>Default null.</value>
    public Action<SimulationProgress>? Progress { get; init; }

    /// <summary>Gets the real clock, which is only used for progress.</summary>
    /// <value>Default: the system clock.</value>
    public TimeProvider RealTime { get; init; } = TimeProvider.System;

    /// <summary>Validates the settings.</summary>
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
        Guard.Share(EvaluateEveryShare);
        ArgumentOutOfRangeException.ThrowIfLessThan(HeadStart, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(HeadStart, TimeLimits.Max, nameof(HeadStart));
        ArgumentNullException.ThrowIfNull(RealTime);
        Plateau?.Validate();
        if (MaxTime is null && MaxVersions is null && MaxTrips is null && Arrivals?.IsEndless != false)
        {
            throw new ArgumentException("The run has no limit. Set MaxTime, MaxVersions or MaxTrips.", nameof(MaxTime));
        }

        if (StopAtTarget && Target is null)
        {
            throw new ArgumentException("StopAtTarget is set without a target. Set Target.", nameof(Target));
        }
    }
}
