using Ftte.Common;
using Ftte.Wire;

namespace Ftte;

/// <summary>The settings of a <see cref="FederatedClient"/>. Read once, when the client is made.</summary>
/// <remarks>
/// Durations are at most <see cref="WireMessage.MaxDuration"/>. Everything but the two delegates binds from configuration.
/// </remarks>
public sealed class FederatedClientOptions
{
    private const long NotSet = -1;

    /// <summary>Gets or sets the ID under which the device takes part.</summary>
    /// <value>
    /// Required. Configuration binds it from a string under the key <c>ClientId</c>; with the source generator for ahead-of-time compilation, under the key
    /// <c>ClientId:Value</c>.
    /// </value>
    public ClientId ClientId { get; set; }

    /// <summary>Gets or sets the memory that the device can spare for training, in bytes.</summary>
    /// <value>
    /// Required; not negative. Initially -1: not set. The trainer gets it with each assignment; a trainer that plans its memory throws if training needs more.
    /// </value>
    public long MemoryBudgetBytes { get; set; } = NotSet;

    /// <summary>Gets or sets the first wait after a failure; it grows with every failure that follows and returns to this after a success.</summary>
    /// <value>Default 1 second.</value>
    public TimeSpan InitialBackoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets what the wait grows to at most, jitter not counted.</summary>
    /// <value>Default 5 minutes.</value>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets by how much the wait grows with every failure.</summary>
    /// <value>Default 2; at least 1.</value>
    public double BackoffFactor { get; set; } = 2;

    /// <summary>Gets or sets how much longer a wait may become at random, as a share of it, so that devices that failed together do not return together.</summary>
    /// <value>Default 0.2; within [0, 1].</value>
    public double Jitter { get; set; } = 0.2;

    /// <summary>Gets or sets the seed of the jitter. It is mixed with the client's name, so devices differ although their seed is the same.</summary>
    /// <value>Default 0.</value>
    public ulong Seed { get; set; }

    /// <summary>Gets or sets the wait after an accepted update before the next round.</summary>
    /// <value>Default zero.</value>
    public TimeSpan PauseBetweenRounds { get; set; }

    /// <summary>Gets or sets how often one update is submitted before it is given up: again after a broken link and when the server is busy.</summary>
    /// <value>Default 8; about two minutes with the default waits.</value>
    public int MaxSubmitAttempts { get; set; } = 8;

    /// <summary>Gets or sets whether the server may ask what training each block would be worth, if the trainer is an <see cref="IImportanceProbe"/>.</summary>
    /// <value>Default true. The answer is one number per block, made from local data as an update is.</value>
    public bool AllowProbes { get; set; } = true;

    /// <summary>
    /// Gets or sets a condition to await before each round of <see cref="FederatedClient.RunAsync"/> and <see cref="FederatedClient.RunRoundsAsync"/>,
    /// such as until the device is idle, charging and on an unmetered network.
    /// </summary>
    /// <value>
    /// Default null: rounds start at once. The argument is canceled with the loop; an exception ends the loop. To stop a round that is running, cancel the loop.
    /// </value>
    public Func<CancellationToken, ValueTask>? WaitUntilReady { get; set; }

    /// <summary>Gets or sets what to call with the client's status each time its phase changes.</summary>
    /// <value>
    /// Default null. Called on the thread that runs the round, so it should return at once; an exception ends the round. <see cref="FederatedClient.Status"/>
    /// gives the same value at any time.
    /// </value>
    public Action<ClientStatus>? StatusChanged { get; set; }

    /// <summary>Gets or sets the fingerprint that the server stated for the held model, if the device stored a copy that was rounded in transit.</summary>
    /// <value>
    /// Default null: the fingerprint of the values in the held model that is given to the client's constructor. Set it to the stored
    /// <see cref="FederatedClient.HeldFingerprint"/> if parameters are downloaded as bfloat16 or int8; otherwise the server does not recognize the rounded
    /// values and sends all parameters.
    /// </value>
    public ulong? HeldFingerprint { get; set; }

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">A setting is missing or out of range; the message names it.</exception>
    public void Validate()
    {
        if (ClientId.Value.Length == 0)
        {
            throw new ArgumentException("ClientId is empty. Set an ID that is the device's own, such as \"phone-17\".", nameof(ClientId));
        }

        if (MemoryBudgetBytes == NotSet)
        {
            throw new ArgumentException("MemoryBudgetBytes is not set. Set the memory that the device can spare for training, in bytes.", nameof(MemoryBudgetBytes));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(MemoryBudgetBytes);
        DurationGuard.Positive(InitialBackoff, nameof(InitialBackoff));
        DurationGuard.Positive(MaxBackoff, nameof(MaxBackoff));
        if (MaxBackoff < InitialBackoff)
        {
            throw new ArgumentOutOfRangeException(nameof(MaxBackoff), MaxBackoff, $"MaxBackoff must not be shorter than InitialBackoff, {InitialBackoff}.");
        }

        PolicyGuard.Within(BackoffFactor, 1, double.MaxValue);
        PolicyGuard.Within(Jitter, 0, 1);
        DurationGuard.NotNegative(PauseBetweenRounds, nameof(PauseBetweenRounds));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSubmitAttempts, 1);
    }

    internal FederatedClientOptions Copy() => (FederatedClientOptions)MemberwiseClone();
}
