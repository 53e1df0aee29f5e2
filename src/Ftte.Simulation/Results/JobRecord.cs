namespace Ftte.Simulation;

/// <summary>One job.</summary>
/// <param name="Number">Which of the run it is, from 0.</param>
/// <param name="Device">The device's index.</param>
/// <param name="Start">When it asked for work.</param>
/// <param name="End">When its update arrived, or when the device gave up; or the end of the run.</param>
/// <param name="Fate">What became of it.</param>
/// <param name="Outcome">The server's answer; <see cref="UpdateOutcome.None"/> if there was none.</param>
/// <param name="BaseVersion">The version it started from.</param>
/// <param name="Age">How many versions were published meanwhile.</param>
/// <param name="Weight">The weight with which its update was folded in; 0 if it was not.</param>
/// <param name="BytesDown">What the device received.</param>
/// <param name="BytesUp">What the device sent.</param>
/// <param name="MultiplyAdds">What the device computed.</param>
public readonly record struct JobRecord(
    long Number,
    int Device,
    TimeSpan Start,
    TimeSpan End,
    JobFate Fate,
    UpdateOutcome Outcome,
    ModelVersion BaseVersion,
    long Age,
    double Weight,
    long BytesDown,
    long BytesUp,
    long MultiplyAdds);
