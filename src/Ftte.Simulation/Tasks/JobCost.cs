namespace Ftte.Simulation;

/// <summary>Represents the cost of one job.</summary>
/// <param name="MultiplyAdds">The multiply-adds of the whole job: all its examples, epochs and passes.</param>
/// <param name="MemoryBytes">The planned peak memory. It is reported only and not compared with a budget; see <see cref="SimulationRule.Server"/>.</param>
public readonly record struct JobCost(long MultiplyAdds, long MemoryBytes)
{
    /// <summary>Gets the part of <see cref="MultiplyAdds"/> that a device can compute before it has an assignment, such as the features of frozen layers.</summary>
    /// <value>
    /// Default 0. The job is shorter by the part that the device had time to compute while it was idle and available. The totals always include the whole.
    /// </value>
    public long AheadMultiplyAdds { get; init; }
}
