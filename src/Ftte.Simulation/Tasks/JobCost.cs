namespace Ftte.Simulation;

/// <summary>What one job costs a device.</summary>
/// <param name="MultiplyAdds">The multiply-adds of the whole job: all its examples, epochs and passes.</param>
/// <param name="MemoryBytes">The memory it takes at its busiest moment, as planned. Reported, and compared with nothing: see <see cref="SimulationRule.Server"/>.</param>
public readonly record struct JobCost(long MultiplyAdds, long MemoryBytes)
{
    /// <summary>Gets, of <see cref="MultiplyAdds"/>, what needs no assignment, so that a device does it while it is idle: what frozen layers make of its examples, say.</summary>
    /// <value>
    /// Default 0. As far as the device had time for it since its last job, or since the run began, and was there, the job is that much shorter. It is counted as computed in any case.
    /// </value>
    public long AheadMultiplyAdds { get; init; }
}
