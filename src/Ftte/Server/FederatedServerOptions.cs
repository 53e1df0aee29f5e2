using Ftte.Common;
using Ftte.Wire;

namespace Ftte;

/// <summary>The settings of a <see cref="FederatedServer"/>. Read once, when the server is made.</summary>
/// <remarks>Durations that travel or set a timer are at most <see cref="WireMessage.MaxDuration"/>.</remarks>
public sealed class FederatedServerOptions
{
    /// <summary>Gets or sets M: how many devices may be at work at once.</summary>
    /// <value>Default null: no limit. Three to five times the aggregator's capacity is a good choice.</value>
    public int? MaxConcurrency { get; set; }

    /// <summary>
    /// Gets or sets how many assignments of one version may be out or accepted; what was given for earlier versions does not count, and neither does
    /// measuring importance. Expired and rejected ones give their place back, and a device whose update was accepted waits for the next version.
    /// </summary>
    /// <value>Default null: no limit. For synchronous rounds (FedAvg): 1.3 times the cohort.</value>
    public int? MaxAssignmentsPerVersion { get; set; }

    /// <summary>Gets or sets how long a device counts as at work. An update that arrives later still goes to the aggregator, at its true age.</summary>
    /// <value>Default 10 minutes.</value>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Gets or sets how long an incomplete buffer may wait, from its first update, before it is offered for publication. Whether it holds enough
    /// is for the aggregator to say; if not, it is offered again after the same time.
    /// </summary>
    /// <value>Default null: a buffer waits until it is full, so that versions depend on updates only and never on the clock.</value>
    public TimeSpan? PublishTimeout { get; set; }

    /// <summary>Gets or sets how many updates may wait for the aggregator; further ones are told to come back.</summary>
    /// <value>Default 256.</value>
    public int QueueCapacity { get; set; } = 256;

    /// <summary>Gets or sets what a device is told to wait when the server is busy and has no better estimate.</summary>
    /// <value>Default 1 second.</value>
    public TimeSpan BusyRetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets whether only devices that the application registered in the <see cref="DeviceRegistry"/> may take part.</summary>
    /// <value>Default false: every client name is accepted, and the memory that a device states is a claim. <c>docs/open-server.md</c> says what that means.</value>
    public bool RequireRegistration { get; set; }

    /// <summary>
    /// Gets or sets the memory that the first selection takes on a device, in bytes; devices with less get no work. Changes with the selection, see
    /// <see cref="FederatedServer.ChangeSelection"/>.
    /// </summary>
    /// <value>Default 0: every device can take part.</value>
    public long RequiredMemoryBytes { get; set; }

    /// <summary>Gets or sets what updates are to contain: differences or trained parameters. Importance is asked for by <see cref="ReselectionOptions"/> alone.</summary>
    /// <value>Default <see cref="UpdateContent.Difference"/>; FedAsync wants <see cref="UpdateContent.Trained"/>.</value>
    public UpdateContent Content { get; set; } = UpdateContent.Difference;

    /// <summary>Gets or sets for how many versions back the server knows what changed; a device that holds an older one is sent everything.</summary>
    /// <value>Default 256. The version that the server started from is known however long ago it was, because apps bring it along.</value>
    public int RefreshHistory { get; set; } = 256;

    /// <summary>Gets or sets the maximum number of clients that the server remembers; the least recently seen one is forgotten first.</summary>
    /// <value>
    /// Default 1,000,000. A client that was forgotten loses its lease, and updates that answer its earlier assignments get <see cref="UpdateOutcome.NotAssigned"/>; it
    /// starts again with its next check-out.
    /// </value>
    public int MaxClients { get; set; } = DeviceRegistry.DefaultMaxClaims;

    /// <summary>Gets or sets how long the server remembers a client that it has not heard from.</summary>
    /// <value>Default 30 days; at least <see cref="LeaseDuration"/>.</value>
    public TimeSpan ClientRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Gets or sets what the ids of assignments are made from. A server that restarts with the state of an earlier run must be given another seed
    /// for every start; otherwise ids repeat, and new updates are taken for doubles of old ones.
    /// </summary>
    /// <value>Default 0.</value>
    public ulong Seed { get; set; }

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names it.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrency ?? 1, 1, nameof(MaxConcurrency));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAssignmentsPerVersion ?? 1, 1, nameof(MaxAssignmentsPerVersion));
        DurationGuard.Positive(LeaseDuration, nameof(LeaseDuration));
        DurationGuard.Positive(PublishTimeout ?? WireMessage.MaxDuration, nameof(PublishTimeout));
        ArgumentOutOfRangeException.ThrowIfLessThan(QueueCapacity, 1);
        DurationGuard.Positive(BusyRetryAfter, nameof(BusyRetryAfter));
        ArgumentOutOfRangeException.ThrowIfNegative(RequiredMemoryBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(RefreshHistory, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxClients, 1);
        if (ClientRetention < LeaseDuration)
        {
            throw new ArgumentOutOfRangeException(
                nameof(ClientRetention), ClientRetention, $"Clients must be remembered at least as long as their leases last, {LeaseDuration}. Set a longer retention or a shorter {nameof(LeaseDuration)}.");
        }

        if (Content is not (UpdateContent.Difference or UpdateContent.Trained))
        {
            throw new ArgumentOutOfRangeException(nameof(Content), Content, $"Devices train {UpdateContent.Difference} or {UpdateContent.Trained}.");
        }
    }

    /// <summary>Copies the settings.</summary>
    /// <returns>The same settings; changing them changes nothing here.</returns>
    public FederatedServerOptions Copy() => (FederatedServerOptions)MemberwiseClone();
}
