namespace Ftte.AspNetCore;

/// <summary>Represents the limits of the health check of one federation. Read once, when the check is added.</summary>
public sealed class FtteHealthOptions
{
    /// <summary>Gets or sets the age of the current version from which the federation is degraded.</summary>
    /// <value>Default null: the age is reported, but not judged, because a federation whose devices train at night is idle all day. Positive.</value>
    public TimeSpan? MaxVersionAge { get; set; }

    /// <summary>Gets or sets the share of the update queue from which the federation is degraded, because devices are about to be answered with <c>Busy</c>.</summary>
    /// <value>Default 0.9; within (0, 1].</value>
    public double MaxQueueShare { get; set; } = 0.9;

    /// <summary>Gets or sets a folder on the disk of the store, of which the free space is checked.</summary>
    /// <value>Default null: the disk is not checked.</value>
    public string? Folder { get; set; }

    /// <summary>Gets or sets the free space below which the federation is degraded, in bytes.</summary>
    /// <value>Default 1 GiB; not negative. If the store cannot write, the federation is unhealthy, whatever the free space.</value>
    public long MinFreeBytes { get; set; } = 1L << 30;

    /// <summary>Validates the options.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public void Validate()
    {
        if (MaxVersionAge is { } age)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(age, TimeSpan.Zero, nameof(MaxVersionAge));
        }

        if (!(MaxQueueShare is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(MaxQueueShare), MaxQueueShare, "The share of the queue must be within (0, 1].");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(MinFreeBytes);
    }

    internal FtteHealthOptions Copy() => (FtteHealthOptions)MemberwiseClone();
}
