namespace Ftte.AspNetCore;

/// <summary>Represents the limits on the requests of one device. A device without authentication shares the limits of its network address.</summary>
public sealed class DeviceLimits
{
    /// <summary>Gets or sets the maximum number of requests of a device at once. Further ones are rejected with 429.</summary>
    /// <value>Default 8; at least 1.</value>
    public int MaxConcurrentRequests { get; set; } = 8;

    /// <summary>Gets or sets the maximum average number of requests of a device per second.</summary>
    /// <value>Default 10; at least 1.</value>
    public int RequestsPerSecond { get; set; } = 10;

    /// <summary>Gets or sets the number of requests that a device may make at once after a pause.</summary>
    /// <value>Default 100; at least 1.</value>
    public int Burst { get; set; } = 100;

    /// <summary>Validates the limits.</summary>
    /// <exception cref="ArgumentException">A limit is out of range; the message names it.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrentRequests, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RequestsPerSecond, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Burst, 1);
    }
}
