namespace Ftte.TinyEngine.TimeSeries;

/// <summary>Represents a recording of <see cref="WearableData"/>.</summary>
/// <param name="Person">The number of the person, from 1.</param>
/// <param name="Execution">The number of the execution of the sequence of activities, from 1 for each person.</param>
/// <param name="Device">The device.</param>
/// <param name="Recording">The samples.</param>
public sealed record WearableRecording(int Person, int Execution, WearableDevice Device, Recording Recording);
