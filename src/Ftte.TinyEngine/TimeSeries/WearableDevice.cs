namespace Ftte.TinyEngine.TimeSeries;

/// <summary>Specifies the device of a <see cref="WearableRecording"/>.</summary>
public enum WearableDevice
{
    /// <summary>The smartwatch on the wrist.</summary>
    Watch,

    /// <summary>The smartphone in the pocket.</summary>
    Phone,
}
