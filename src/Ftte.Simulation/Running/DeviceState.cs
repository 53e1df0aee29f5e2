namespace Ftte.Simulation.Running;

/// <summary>The state of a device between its jobs. Only this grows with the number of devices.</summary>
internal struct DeviceState
{
    /// <summary>The version that the device holds.</summary>
    public ModelVersion Held;

    /// <summary>The fingerprint of that version.</summary>
    public ulong HeldFingerprint;

    /// <summary>The state that the last completed job of the device left; empty if there is none.</summary>
    public ReadOnlyMemory<byte> Kept;

    /// <summary>The time since which the device has been idle.</summary>
    public TimeSpan IdleSince;

    /// <summary>The number of jobs that the device has had.</summary>
    public long Jobs;

    /// <summary>The number of the buffer during which the server gives the device no training; 0 for none.</summary>
    public long WaitsInBuffer;

    /// <summary>The selection for which the server found that the device has too little memory; null for none.</summary>
    public SelectionVersion? TooSmallFor;
}
