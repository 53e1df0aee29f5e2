using Ftte.Common;
using Ftte.Wire;

namespace Ftte;

/// <summary>Represents the options of a <see cref="FederatedClient"/>. Read once, when the client is created.</summary>
/// <remarks>
/// Durations are at most <see cref="WireMessage.MaxDuration"/>. All options except the two delegates bind from configuration.
/// </remarks>
public sealed class FederatedClientOptions
{
    private const long NotSet = -1;

    /// <summary>Gets or sets the client ID of the device.</summary>
    /// <value>
    /// Required. Configuration binds it from a string under the key <c>ClientId</c>; with the source generator for ahead-of-time compilation, under the key
    /// <c>ClientId:Value</c>.
    /// </value>
    public ClientId ClientId { get; set; }

    /// <summary>Gets or sets the memory that is available for training on the device, in bytes.</summary>
    /// <value>
    /// Required; not negative. Initially -1, which means not set. The trainer receives it with each assignment; a trainer that plans its memory throws if training needs more.
    /// </value>
    public long MemoryBudgetBytes { get; set; } = NotSet;

    /// <summary>Gets or sets the delay before the first retry. The delay grows with every further failure and is reset after a success.</summary>
    /// <value>Default 1 second.</value>
    public TimeSpan InitialBackoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets the maximum delay, without jitter.</summary>
    /// <value>Default 5 minutes.</value>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets the factor by which the delay grows with every failure.</summary>
    /// <value>Default 2; at least 1.</value>
    public double BackoffFactor { get; set; } = 2;

    /// <summary>Gets or sets the maximum random increase of a delay, as a share of the delay, so that devices that failed together do not retry together.</summary>
    /// <value>Default 0.2; within [0, 1].</value>
    public double Jitter { get; set; } = 0.2;

    /// <summary>Gets or sets the seed of the jitter. It is mixed with the client ID, so that devices with the same seed differ.</summary>
    /// <value>Default 0.</value>
    public ulong Seed { get; set; }

    /// <summary>Gets or sets the delay between an accepted update and the next round.</summary>
    /// <value>Default zero.</value>
    public TimeSpan PauseBetweenRounds { get; set; }

    /// <summary>Gets or sets the maximum number of attempts to submit an update. The client retries after a broken link and if the server is busy.</summary>
    /// <value>Default 8; at least 1. The default takes about two minutes with the default delays.</value>
    public int MaxSubmitAttempts { get; set; } = 8;

    /// <summary>Gets or sets a value that indicates whether the server may ask the device to measure importance, if the trainer is an <see cref="IImportanceProbe"/>.</summary>
    /// <value>Default true. The result is one number per block, computed from local data like an update.</value>
    public bool AllowProbes { get; set; } = true;

    /// <summary>Gets or sets the work that the client accepts: training, evaluation of versions on examples that the device holds back, or both.</summary>
    /// <value>Default <see cref="ClientRole.TrainAndEvaluate"/>. The result of an evaluation is a few numbers, such as the mean loss.</value>
    public ClientRole Role { get; set; }

    /// <summary>
    /// Gets or sets a condition to await before each round of <see cref="FederatedClient.RunAsync"/> and <see cref="FederatedClient.RunRoundsAsync"/>,
    /// such as until the device is idle, charging and on an unmetered network.
    /// </summary>
    /// <value>
    /// Default null: rounds start at once. The argument is canceled with the loop; an exception ends the loop. To stop a running round, cancel the loop.
    /// </value>
    public Func<CancellationToken, ValueTask>? WaitUntilReady { get; set; }

    /// <summary>Gets or sets a callback that receives the client's status each time its phase changes.</summary>
    /// <value>
    /// Default null. Called on the thread that runs the round, so it should return at once; an exception ends the round. <see cref="FederatedClient.Status"/>
    /// returns the same value at any time.
    /// </value>
    public Action<ClientStatus>? StatusChanged { get; set; }

    /// <summary>Gets or sets the fingerprint that the server sent for the held model, if the device stored a copy that was rounded in transit.</summary>
    /// <value>
    /// Default null: the fingerprint of the held model that is passed to the client's constructor. Set it to the stored
    /// <see cref="FederatedClient.HeldFingerprint"/> if parameters are downloaded as bfloat16 or int8; otherwise the server does not recognize the rounded
    /// values and sends all parameters.
    /// </value>
    public ulong? HeldFingerprint { get; set; }

    /// <summary>Validates the options.</summary>
    /// <exception cref="ArgumentException">An option is missing or out of range; the message names it.</exception>
    public void Validate()
    {
        if (ClientId.Value.Length == 0)
        {
            throw new ArgumentException("ClientId is empty. Set an ID that is unique to the device, such as \"phone-17\".", nameof(ClientId));
        }

        if (MemoryBudgetBytes == NotSet)
        {
            throw new ArgumentException("MemoryBudgetBytes is not set. Set the memory that is available for training on the device, in bytes.", nameof(MemoryBudgetBytes));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(MemoryBudgetBytes);
        DurationGuard.Positive(InitialBackoff, nameof(InitialBackoff));
        DurationGuard.Positive(MaxBackoff, nameof(MaxBackoff));
        if (MaxBackoff < InitialBackoff)
        {
            throw new ArgumentOutOfRangeException(nameof(MaxBackoff), MaxBackoff, $"MaxBackoff must not be less than InitialBackoff, {InitialBackoff}.");
        }

        PolicyGuard.Within(BackoffFactor, 1, double.MaxValue);
        PolicyGuard.Within(Jitter, 0, 1);
        DurationGuard.NotNegative(PauseBetweenRounds, nameof(PauseBetweenRounds));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSubmitAttempts, 1);
        if (!Enum.IsDefined(Role))
        {
            throw new ArgumentOutOfRangeException(nameof(Role), Role, $"The role is not defined. Specify a member of {nameof(ClientRole)}.");
        }
    }

    internal FederatedClientOptions Copy() => (FederatedClientOptions)MemberwiseClone();
}
