using System.Security.Claims;
using Ftte.Wire;

namespace Ftte.AspNetCore;

/// <summary>Represents the options of the endpoints of one federation. Read once, when they are mapped.</summary>
public sealed class FtteEndpointOptions
{
    /// <summary>Gets or sets the type of the claim that contains the client ID of an authenticated device. Messages that name another client are rejected.</summary>
    /// <value>Default <see cref="ClaimTypes.NameIdentifier"/>, which device certificates set, and to which JWT bearer authentication maps <c>sub</c>.</value>
    public string ClientIdClaim { get; set; } = ClaimTypes.NameIdentifier;

    /// <summary>Gets or sets the maximum time for which a request for work is held until there is some.</summary>
    /// <value>Default 55 seconds, because many proxies end idle requests after 60. Zero answers at once.</value>
    public TimeSpan MaxWorkWait { get; set; } = TimeSpan.FromSeconds(55);

    /// <summary>Gets or sets the format of downloaded parameters.</summary>
    /// <value>
    /// Default <see cref="ValueFormat.Float32"/>, which is lossless. With another format, devices that store their model must store its fingerprint, too; see
    /// <see cref="FederatedClientOptions.HeldFingerprint"/>.
    /// </value>
    public ValueFormat DownloadFormat { get; set; } = ValueFormat.Float32;

    /// <summary>Gets or sets the memory for downloads that several devices share, in bytes. The least recently used download is removed first; the newest one is always kept.</summary>
    /// <value>Default 64 MiB. A download of a removed one that was interrupted cannot be continued; the device checks out again.</value>
    public long BlobCacheBytes { get; set; } = 64L << 20;

    /// <summary>
    /// Gets or sets the memory for downloads that were removed from <see cref="BlobCacheBytes"/> and are still being sent, in bytes. If they exceed it, the oldest ones are ended, and their
    /// devices check out again; the newest one continues. It bounds the old versions that slow devices keep in memory.
    /// </summary>
    /// <value>Default 1 GiB; not negative. A download of a large model, which is encoded while it is sent, counts as the whole model.</value>
    public long MaxRemovedBlobBytes { get; set; } = 1L << 30;

    /// <summary>Gets or sets the maximum length of a download whose bytes are kept, in bytes. A longer one is encoded from the shared model while it is sent.</summary>
    /// <value>Default 4 MiB.</value>
    public int MaxEncodedBlobBytes { get; set; } = 4 << 20;

    /// <summary>Gets or sets the memory for the start of updates whose upload was interrupted, in bytes. The oldest one is removed first, and its device starts again.</summary>
    /// <value>Default 256 MiB; not negative. Zero keeps none. There is at most one per authenticated device, and none without authentication.</value>
    public long PartialUploadBytes { get; set; } = 256L << 20;

    /// <summary>Gets or sets the time for which the start of an update is kept after an interruption.</summary>
    /// <value>Default 10 minutes; positive.</value>
    public TimeSpan PartialUploadLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Validates the options.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(ClientIdClaim);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWorkWait, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxWorkWait, TimeSpan.FromHours(1));
        if (!Enum.IsDefined(DownloadFormat))
        {
            throw new ArgumentOutOfRangeException(nameof(DownloadFormat), DownloadFormat, $"The value format is undefined. Use a member of {nameof(ValueFormat)}.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(BlobCacheBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxRemovedBlobBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxEncodedBlobBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(PartialUploadBytes);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(PartialUploadLifetime, TimeSpan.Zero);
    }

    internal FtteEndpointOptions Copy() => (FtteEndpointOptions)MemberwiseClone();
}
