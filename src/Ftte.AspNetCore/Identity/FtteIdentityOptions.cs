using Ftte.Wire;

namespace Ftte.AspNetCore;

/// <summary>Represents the options of device identities. Read once, when the services are created.</summary>
public sealed class FtteIdentityOptions
{
    /// <summary>Gets or sets the folder for the authority's key and the list of devices.</summary>
    /// <value>Default null: both are kept in memory, for tests. Devices must then enroll again after every start.</value>
    public string? Folder { get; set; }

    /// <summary>Gets or sets the name in the authority's certificate.</summary>
    /// <value>Default <c>Ftte</c>.</value>
    public string AuthorityName { get; set; } = "Ftte";

    /// <summary>Gets or sets the host names and IP addresses under which devices reach the server, for its certificate.</summary>
    /// <value>Default: <c>localhost</c> and the loopback addresses. Empty if the app configures its server's certificate by itself.</value>
    public IReadOnlyList<string> Hosts { get; set; } = ["localhost", "127.0.0.1", "::1"];

    /// <summary>Gets or sets the lifetime of a device's certificate.</summary>
    /// <value>Default 90 days; positive. Devices renew it when a third is left.</value>
    public TimeSpan CertificateLifetime { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Gets the limits on the requests of one device.</summary>
    public DeviceLimits Limits { get; } = new();

    /// <summary>Validates the options.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(AuthorityName);
        ArgumentNullException.ThrowIfNull(Hosts);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(CertificateLifetime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(CertificateLifetime, WireMessage.MaxDuration * 240);
        Limits.Validate();
    }
}
