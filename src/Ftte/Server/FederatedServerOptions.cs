using System.Diagnostics.Metrics;
using Ftte.Common;
using Ftte.Diagnostics;
using Ftte.Wire;

namespace Ftte;

/// <summary>Represents the options of a <see cref="FederatedServer"/>. Read once, when the server is created.</summary>
/// <remarks>Durations that are sent or set a timer are at most <see cref="WireMessage.MaxDuration"/>.</remarks>
public sealed class FederatedServerOptions
{
    private const int DefaultLeaseRenewals = 12;

    /// <summary>Gets or sets M, the maximum number of devices at work at the same time, at least 1.</summary>
    /// <value>Default null: no limit. Three to five times the aggregator's capacity is a good choice.</value>
    public int? MaxConcurrency { get; set; }

    /// <summary>
    /// Gets or sets the maximum number of assignments of one version that are at work or accepted, at least 1. Assignments of earlier versions and importance
    /// measurements do not count. An expired or rejected assignment no longer counts. After an accepted update, a device waits for the next version.
    /// </summary>
    /// <value>Default null: no limit. For synchronous rounds (FedAvg): 1.3 times the cohort.</value>
    public int? MaxAssignmentsPerVersion { get; set; }

    /// <summary>Gets or sets the time for which a device counts as at work. An update that arrives later is still aggregated, with its true staleness.</summary>
    /// <value>Default 10 minutes.</value>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets or sets the maximum number of times that a device may renew its lease while it works. <see cref="FederatedClient"/> renews when half of the lease has passed.</summary>
    /// <value>
    /// Default null: 12, which is six times <see cref="LeaseDuration"/>, or 0 if <see cref="MaxAssignmentsPerVersion"/> is set, because synchronous rounds must not wait for slow
    /// devices. Within [0, 255].
    /// </value>
    public int? MaxLeaseRenewals { get; set; }

    /// <summary>
    /// Gets or sets the time after the first update of an incomplete buffer at which the server asks the aggregator to publish it. The aggregator decides whether
    /// the buffer contains enough updates; if not, the server asks again after the same time.
    /// </summary>
    /// <value>Default null: a buffer waits until it is full, so that versions depend on updates only and never on the clock.</value>
    public TimeSpan? PublishTimeout { get; set; }

    /// <summary>
    /// Gets or sets the time between two checks of whether versions can be published. The server also checks when it answers a device, so that these checks matter only while no device
    /// sends a request. The log states the reason of a stall.
    /// </summary>
    /// <value>Default 10 minutes; positive. Null to check only when the server answers a device.</value>
    public TimeSpan? StallCheckInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets or sets the maximum number of updates that wait for the aggregator, at least 1. Further updates are rejected as busy.</summary>
    /// <value>Default 256.</value>
    public int QueueCapacity { get; set; } = 256;

    /// <summary>Gets or sets the time after which a device retries if the server is busy and has no better estimate.</summary>
    /// <value>Default 1 second.</value>
    public TimeSpan BusyRetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets a value that indicates whether only devices that the application registered in the <see cref="DeviceRegistry"/> may take part.</summary>
    /// <value>Default false: every client ID is accepted, and the memory budget that a device reports is not verified. See <c>docs/open-server.md</c> for the consequences.</value>
    public bool RequireRegistration { get; set; }

    /// <summary>
    /// Gets or sets the memory that the first selection requires on a device, in bytes. Devices with less receive no work. The requirement changes with the
    /// selection; see <see cref="FederatedServer.ChangeSelection"/>.
    /// </summary>
    /// <value>Default 0: every device can take part.</value>
    public long RequiredMemoryBytes { get; set; }

    /// <summary>Gets or sets the content of updates: differences or trained parameters. To request importance, use <see cref="ReselectionOptions"/>.</summary>
    /// <value>Default <see cref="UpdateContent.Difference"/>; FedAsync requires <see cref="UpdateContent.Trained"/>.</value>
    public UpdateContent Content { get; set; } = UpdateContent.Difference;

    /// <summary>Gets or sets the number of versions for which the server keeps the changes, at least 1. A device with an older version receives all parameters.</summary>
    /// <value>Default 256. The changes since the version that the server started from are always kept, because apps are shipped with it.</value>
    public int RefreshHistory { get; set; } = 256;

    /// <summary>Gets or sets the maximum number of client records, at least 1. The least recently seen client is removed first.</summary>
    /// <value>
    /// Default 1,000,000. A removed client loses its lease, and updates that answer its earlier assignments are rejected with <see cref="UpdateOutcome.NotAssigned"/>. The client
    /// starts again with its next check-out.
    /// </value>
    public int MaxClients { get; set; } = DeviceRegistry.DefaultMaxClaims;

    /// <summary>Gets or sets the time for which the server keeps the record of a client without requests.</summary>
    /// <value>Default 30 days; at least <see cref="LeaseDuration"/>.</value>
    public TimeSpan ClientRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Gets or sets the seed of assignment IDs. If a server continues an earlier run without its <see cref="ServerState"/> or its store, use a different seed
    /// for every start; otherwise IDs repeat, and new updates are rejected as duplicates of old ones.
    /// </summary>
    /// <value>Default 0.</value>
    public ulong Seed { get; set; }

    /// <summary>Gets or sets a factory of the meter of the server's metrics, such as one that uses an <see cref="IMeterFactory"/>.</summary>
    /// <value>
    /// Default null: a meter of the server's own, which it disposes. With dependency injection, the default uses the <see cref="IMeterFactory"/> of the container, if any; the
    /// name of a named server is then the tag <see cref="FtteDiagnostics.FederationTag"/> of its meter. The meter must have the name <see cref="FtteDiagnostics.MeterName"/>.
    /// </value>
    public Func<Meter>? CreateMeter { get; set; }

    internal int LeaseRenewals => MaxLeaseRenewals ?? (MaxAssignmentsPerVersion is null ? DefaultLeaseRenewals : 0);

    /// <summary>Validates the options.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrency ?? 1, 1, nameof(MaxConcurrency));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAssignmentsPerVersion ?? 1, 1, nameof(MaxAssignmentsPerVersion));
        DurationGuard.Positive(LeaseDuration, nameof(LeaseDuration));
        ArgumentOutOfRangeException.ThrowIfNegative(MaxLeaseRenewals ?? 0, nameof(MaxLeaseRenewals));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxLeaseRenewals ?? 0, byte.MaxValue, nameof(MaxLeaseRenewals));
        DurationGuard.Positive(PublishTimeout ?? WireMessage.MaxDuration, nameof(PublishTimeout));
        DurationGuard.Positive(StallCheckInterval ?? WireMessage.MaxDuration, nameof(StallCheckInterval));
        ArgumentOutOfRangeException.ThrowIfLessThan(QueueCapacity, 1);
        DurationGuard.Positive(BusyRetryAfter, nameof(BusyRetryAfter));
        ArgumentOutOfRangeException.ThrowIfNegative(RequiredMemoryBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(RefreshHistory, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxClients, 1);
        if (ClientRetention < LeaseDuration)
        {
            throw new ArgumentOutOfRangeException(
                nameof(ClientRetention), ClientRetention, $"The retention of clients must be at least the lease duration, {LeaseDuration}. Set a longer retention or a shorter {nameof(LeaseDuration)}.");
        }

        if (Content is not (UpdateContent.Difference or UpdateContent.Trained))
        {
            throw new ArgumentOutOfRangeException(nameof(Content), Content, $"The content of updates must be {UpdateContent.Difference} or {UpdateContent.Trained}.");
        }
    }

    /// <summary>Creates a copy of the options.</summary>
    /// <returns>The copy; changes to it do not affect this object.</returns>
    public FederatedServerOptions Copy() => (FederatedServerOptions)MemberwiseClone();
}
