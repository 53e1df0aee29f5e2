namespace Ftte.Simulation;

/// <summary>What the simulation remembers of a device between its jobs: all that grows with the number of devices.</summary>
internal struct DeviceState
{
    /// <summary>The version that it holds.</summary>
    public ModelVersion Held;

    /// <summary>The fingerprint of that version.</summary>
    public ulong HeldFingerprint;

    /// <summary>Since when it has been idle.</summary>
    public TimeSpan IdleSince;

    /// <summary>How many jobs it had.</summary>
    public long Jobs;

    /// <summary>The version in whose round its update was accepted last.</summary>
    public ModelVersion? AcceptedIn;

    /// <summary>The selection for which it had too little memory.</summary>
    public SelectionVersion? TooSmallFor;
}
