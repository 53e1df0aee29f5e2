using Ftte.Privacy.SecureAggregation;
using Ftte.Simulation.Common;

namespace Ftte.Simulation;

/// <summary>Represents secure aggregation in a simulated run: devices whose updates are ready wait for a cohort, and go through its steps together.</summary>
/// <remarks>
/// Bytes are those of the messages of the protocol. A step takes as long as the slowest of its members, with latencies and links as for other messages, or <see cref="SecureAggregationOptions.StepTimeout"/> if a
/// member leaves; the computation for masks is not counted. Updates are added in the clear, because the masked sum has the same bits.
/// </remarks>
public sealed record SimulatedSecureAggregation
{
    private readonly double _dropOut;

    /// <summary>Gets the options of secure aggregation.</summary>
    public required SecureAggregationOptions Options { get; init; }

    /// <summary>Gets the probability that a member leaves its cohort, at any of the three steps with the same probability. Its job counts as dropped, unless its masked update has arrived.</summary>
    /// <value>Default 0; in [0, 1].</value>
    public double DropOut
    {
        get => _dropOut;
        init => _dropOut = Guard.Share(value);
    }
}
