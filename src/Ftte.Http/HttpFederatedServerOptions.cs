using Ftte.Wire;

namespace Ftte.Http;

/// <summary>Represents the options of an <see cref="HttpFederatedServer"/>. Read once, when it is created.</summary>
public sealed class HttpFederatedServerOptions
{
    /// <summary>Gets or sets the format of the values of updates.</summary>
    /// <value>Default <see cref="ValueFormat.Float32"/>, which is lossless. <see cref="ValueFormat.Int8"/> takes about a quarter of the bytes.</value>
    public ValueFormat UploadFormat { get; set; } = ValueFormat.Float32;

    /// <summary>Gets or sets the time for which the server may hold a request for work until there is some, so that an idle device is notified at once.</summary>
    /// <value>Default 30 seconds; not negative. Zero asks for an answer at once. The server limits it.</value>
    public TimeSpan WorkWait { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets the time without progress after which a call fails: until an answer begins, and between two pieces of a transfer.</summary>
    /// <value>Default 100 seconds; positive. <see cref="WorkWait"/> is added to it for a request for work. A transfer that makes progress may take any time.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>Gets or sets the maximum number of consecutive attempts to continue a download or an upload that made no progress.</summary>
    /// <value>Default 5; at least 1. An attempt that transfers at least one byte is followed by as many again.</value>
    public int MaxTransferAttempts { get; set; } = 5;

    /// <summary>Gets or sets the wait before the first attempt to continue a download or an upload. It doubles with every attempt that makes no progress.</summary>
    /// <value>Default 1 second; not negative.</value>
    public TimeSpan TransferBackoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets the length in bytes from which an update is continued after an interruption. A shorter one is sent again. Continuing costs one more request per update.</summary>
    /// <value>Default 1 MiB; not negative.</value>
    public int MinResumableUploadBytes { get; set; } = 1 << 20;

    /// <summary>Validates the options.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(UploadFormat))
        {
            throw new ArgumentOutOfRangeException(nameof(UploadFormat), UploadFormat, $"The value format is undefined. Use a member of {nameof(ValueFormat)}.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(WorkWait, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(WorkWait, WireMessage.MaxDuration);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Timeout, WireMessage.MaxDuration);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTransferAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(TransferBackoff, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(TransferBackoff, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfNegative(MinResumableUploadBytes);
    }

    internal HttpFederatedServerOptions Copy() => (HttpFederatedServerOptions)MemberwiseClone();
}
