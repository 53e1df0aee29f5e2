namespace Ftte.Simulation;

/// <summary>Represents one job of a run.</summary>
/// <param name="Number">The number of the job in the run, from 0.</param>
/// <param name="Device">The index of the device.</param>
/// <param name="Start">The virtual time at which the device asked for work.</param>
/// <param name="End">The virtual time at which the update arrived, the device gave up, or the run ended.</param>
/// <param name="Outcome">The outcome of the job.</param>
/// <param name="UpdateOutcome">The server's answer to the update; <see cref="UpdateOutcome.None"/> if there was none.</param>
/// <param name="BaseVersion">The version that the job started from.</param>
/// <param name="Age">The number of versions published during the job (staleness).</param>
/// <param name="Weight">The weight of the update in the aggregation; 0 if it was not accepted.</param>
/// <param name="BytesDown">The bytes that the device received.</param>
/// <param name="BytesUp">The bytes that the device sent.</param>
/// <param name="MultiplyAdds">The multiply-adds that the device computed.</param>
public readonly record struct JobRecord(
    long Number,
    int Device,
    TimeSpan Start,
    TimeSpan End,
    JobOutcome Outcome,
    UpdateOutcome UpdateOutcome,
    ModelVersion BaseVersion,
    long Age,
    double Weight,
    long BytesDown,
    long BytesUp,
    long MultiplyAdds);
