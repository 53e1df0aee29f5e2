using Ftte.Common;
using Ftte.Wire;

namespace Ftte;

/// <summary>Represents the options of a <see cref="FederatedClient"/>. Read once, when the client is created.</summary>
/// <remarks>
/// Durations are at most <see cref="WireMessage.MaxDuration"/>. All options except the delegates bind from configuration.
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

    /// <summary>
    /// Gets or sets a check of whether the device may take part now, which returns the reason if it may not, such as "The device is not charging.", and null if it may. Consulted before
    /// each round and every <see cref="EligibilityInterval"/> while it runs.
    /// </summary>
    /// <value>
    /// Default null: the device is always eligible. If it returns a reason during a round, the round is stopped: training is canceled, nothing more is sent, and
    /// <see cref="ClientRound.IneligibleReason"/> states why. The loop then consults it again every <see cref="EligibilityInterval"/>, and continues when it returns null. The argument is
    /// canceled when the round or the loop ends. An exception ends the round and the loop.
    /// </value>
    public Func<CancellationToken, ValueTask<string?>>? GetIneligibleReason { get; set; }

    /// <summary>Gets or sets the time between two calls of <see cref="GetIneligibleReason"/>.</summary>
    /// <value>Default 30 seconds; positive.</value>
    public TimeSpan EligibilityInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets a callback that receives the client's status each time its phase changes, and each time training has made progress of 1 %.</summary>
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

    /// <summary>Gets or sets the path of a file that keeps the model of the device across restarts, so that a restart costs the download of what has changed. Its folder must exist.</summary>
    /// <value>
    /// Default null: the model is kept until the process ends. A file of another model or a damaged one is ignored, and replaced at the next check-out. If the file cannot be written, the
    /// client logs a warning and continues. Use one file per client.
    /// </value>
    public string? ModelFile { get; set; }

    /// <summary>Gets or sets the minimum time between two writes of <see cref="ModelFile"/>, to spare the storage of the device.</summary>
    /// <value>Default 10 minutes. After a restart, the device then lacks the changes since the last write, at most. Not negative; zero writes after every check-out with changes.</value>
    public TimeSpan ModelSaveInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets or sets the path of a file that holds the parameters while the client exists, instead of memory: 4 bytes per parameter of the model. Its folder must exist.</summary>
    /// <value>
    /// Default null: the parameters are in memory. The system loads the pages that training reads, and drops them if memory is short, so a frozen part of the model takes no memory of the process; set
    /// <c>EngineOptions.ParametersAreMapped</c> of the trainer, too, so that its plans do not count it. The results have the same bits. The file is replaced, locked, and deleted when the client is collected;
    /// <see cref="ModelFile"/> keeps the model across restarts. Use one file per client, in storage and not in a file system in memory.
    /// </value>
    public string? ParameterFile { get; set; }

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
        if (ModelFile is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(ModelFile);
        }

        if (ParameterFile is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(ParameterFile);
        }

        DurationGuard.NotNegative(ModelSaveInterval, nameof(ModelSaveInterval));
        DurationGuard.Positive(EligibilityInterval, nameof(EligibilityInterval));
        DurationGuard.NotNegative(PauseBetweenRounds, nameof(PauseBetweenRounds));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSubmitAttempts, 1);
        if (!Enum.IsDefined(Role))
        {
            throw new ArgumentOutOfRangeException(nameof(Role), Role, $"The role is not defined. Specify a member of {nameof(ClientRole)}.");
        }
    }

    internal FederatedClientOptions Copy() => (FederatedClientOptions)MemberwiseClone();
}
