using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Ftte.Diagnostics;
using Ftte.Selection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ftte;

/// <summary>Runs the loop on a device: checks out, trains, measures or evaluates, and submits.</summary>
/// <remarks>
/// <para><b>Threading</b>: one round at a time; <see cref="HeldVersion"/> and <see cref="Status"/> may be read from any thread.</para>
/// <para><b>Memory</b>: one dense vector, kept between rounds, so that a check-out downloads only the changes.</para>
/// <para><b>Broken links</b>: every exception of the server or its proxy counts as a broken link, except for misuse (<see cref="ArgumentException"/>,
/// <see cref="ObjectDisposedException"/>, <see cref="NotSupportedException"/>, <see cref="NotImplementedException"/>) and cancellation by the caller's token.
/// Exceptions of the trainer never count as one.</para>
/// <para><b>Diagnostics</b>: <see cref="RunRoundsAsync"/> returns the rounds; <see cref="Status"/> and <see cref="FederatedClientOptions.StatusChanged"/> report the
/// activity within a round. <see cref="FtteDiagnostics"/> lists the metrics.</para>
/// <para><b>Reproducible</b>: waits use the specified clock and jitter uses a seed; nothing else is random.</para>
/// </remarks>
public sealed partial class FederatedClient
{
    private const long NoVersion = long.MinValue;

    private readonly IFederatedServer _server;
    private readonly ServerLink _link;
    private readonly ILocalTrainer _trainer;
    private readonly IImportanceProbe? _probe;
    private readonly IModelEvaluator? _evaluator;
    private readonly FederatedClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Backoff _backoff;
    private readonly Backoff _submitBackoff;
    private readonly Memory<float> _parameters;
    private long _heldVersion = NoVersion;
    private ClientStatus _status;
    private CheckOutOutcome _loggedOutcome;
    private ulong _heldFingerprint;
    private int _running;

    /// <summary>Creates a client. It sends nothing before its first round.</summary>
    /// <param name="server">The server, or a proxy of it.</param>
    /// <param name="trainer">The trainer of this device. If it also implements <see cref="IImportanceProbe"/> or <see cref="IModelEvaluator"/>, the server may ask it to measure importance or to evaluate a version.</param>
    /// <param name="options">The options. Copied.</param>
    /// <param name="time">The clock; null for the system clock.</param>
    /// <param name="logger">The logger; null for none.</param>
    /// <param name="heldModel">
    /// The model that the device already has, such as the one that the app was shipped with or one that it stored. A check-out then downloads only the changes.
    /// Copied. If null, the first check-out downloads all parameters. The server identifies the model by its version and fingerprint; if it does not know the
    /// pair, for example because the model is from another training run, it sends all parameters. Not used if <see cref="FederatedClientOptions.ModelFile"/> contains a model.
    /// </param>
    /// <exception cref="ArgumentException">
    /// An option is missing or out of range, <paramref name="heldModel"/> has another layout than the trainer's, the client only evaluates and the trainer cannot, or the server reserves more memory than the budget
    /// (<see cref="IMemoryReservation"/>).
    /// </exception>
    public FederatedClient(
        IFederatedServer server,
        ILocalTrainer trainer,
        FederatedClientOptions options,
        TimeProvider? time = null,
        ILogger<FederatedClient>? logger = null,
        ModelSnapshot? heldModel = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _server = server;
        _trainer = trainer;
        _options = options.Copy();
        Reserve(server);
        _probe = _options.AllowProbes && _options.Role != ClientRole.EvaluateOnly ? trainer as IImportanceProbe : null;
        _evaluator = _options.Role == ClientRole.TrainOnly ? null : trainer as IModelEvaluator;
        if (_options.Role == ClientRole.EvaluateOnly && _evaluator is null)
        {
            throw new ArgumentException($"The client's role is {ClientRole.EvaluateOnly}, but {trainer.GetType()} is not an {nameof(IModelEvaluator)}. Implement it, or specify another role.", nameof(trainer));
        }

        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger<FederatedClient>.Instance;
        _link = new ServerLink(server, _options.ClientId, _time, _logger);
        _status = new ClientStatus { Since = _time.GetUtcNow() };
        _backoff = new Backoff(_options);
        _submitBackoff = new Backoff(_options);
        _parameters = _options.ParameterFile is { } mapped ? new MappedVector(mapped, trainer.Layout.ParameterCount).Memory : new float[trainer.Layout.ParameterCount];
        _modelFile = _options.ModelFile is { } file ? new HeldModelFile(file, trainer.Layout) : null;
        if (!TryLoadModel() && heldModel is not null)
        {
            Hold(heldModel, _options.HeldFingerprint, nameof(heldModel));
        }
    }

    /// <summary>Gets the version that <see cref="Parameters"/> contains; null before the first check-out unless a model was specified, during a check-out, and after one that failed.</summary>
    public ModelVersion? HeldVersion => Volatile.Read(ref _heldVersion) is var number && number == NoVersion ? null : new ModelVersion(number);

    /// <summary>Gets the <see cref="ModelSnapshot.Fingerprint"/> that the server sent for <see cref="HeldVersion"/>; meaningful only while that is not null.</summary>
    /// <value>
    /// An app that stores <see cref="Parameters"/> to start from them later must also store this number; see <see cref="FederatedClientOptions.HeldFingerprint"/>.
    /// </value>
    public ulong HeldFingerprint => Volatile.Read(ref _heldFingerprint);

    /// <summary>Gets the model as last received, for use on the device between rounds.</summary>
    /// <value>
    /// Always the same memory, in the trainer's <see cref="ILocalTrainer.Layout"/>. The next check-out overwrites it, so read it between rounds or copy
    /// it. Valid only while <see cref="HeldVersion"/> is not null.
    /// </value>
    public ReadOnlyMemory<float> Parameters => _parameters;

    /// <summary>Gets the current activity of the client and the state of its link to the server.</summary>
    public ClientStatus Status => Volatile.Read(ref _status);

    /// <summary>Runs one round: asks for work, trains or measures, submits the update.</summary>
    /// <param name="cancellationToken">Cancels the round. A submitted update may or may not have been accepted.</param>
    /// <returns>The result. A denied request or a rejected update is a result, not an exception.</returns>
    /// <remarks>
    /// The update is submitted again, under the same ID so that it counts once, after a broken link and when the server is busy, up to
    /// <see cref="FederatedClientOptions.MaxSubmitAttempts"/> times. A round does not wait for anything else.
    /// </remarks>
    /// <exception cref="IOException">The link broke while checking out, or in every attempt to submit.</exception>
    /// <exception cref="BudgetTooSmallException">The work takes more memory than <see cref="FederatedClientOptions.MemoryBudgetBytes"/>.</exception>
    /// <exception cref="InvalidOperationException">A round is already running, the trainer's update does not answer the assignment, or the assignment requires work that this device does not support.</exception>
    public async ValueTask<ClientRound> RunOnceAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            if (await GetIneligibleReasonAsync(cancellationToken).ConfigureAwait(false) is { } reason)
            {
                return new ClientRound(CheckOutOutcome.None) { IneligibleReason = reason };
            }

            ClientRound round = await RunRoundAsync(cancellationToken).ConfigureAwait(false);
            if (round.Error is { } error)
            {
                ExceptionDispatchInfo.Throw(error);
            }

            return round;
        }
        finally
        {
            Enter(ClientPhase.Idle);
        }
    }

    /// <summary>Runs rounds until canceled, or until the server stops or refuses this device.</summary>
    /// <param name="cancellationToken">Ends the loop with <see cref="OperationCanceledException"/>.</param>
    /// <returns>A task that completes if the server is shutting down. Call this method again to rejoin later.</returns>
    /// <remarks>The same as <see cref="RunRoundsAsync"/>, for callers that do not need the rounds.</remarks>
    /// <exception cref="DeviceRefusedException">The server does not admit this client, or its model has another layout.</exception>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        await foreach (ClientRound _ in RunRoundsAsync(cancellationToken).ConfigureAwait(false))
        {
            // Only the side effects are wanted.
        }
    }

    /// <summary>Runs rounds until the caller stops enumerating or cancels, or until the server stops or refuses this device.</summary>
    /// <param name="cancellationToken">Ends the loop with <see cref="OperationCanceledException"/>, also in the middle of a round.</param>
    /// <returns>
    /// Every round as it ends, with the wait that follows it: accepted, rejected, without work, or failed (see <see cref="ClientRound.Error"/>). The sequence
    /// ends if the server is shutting down. Enumerate again to rejoin later.
    /// </returns>
    /// <remarks>
    /// <para>After an accepted update, the next round starts at once or after <see cref="FederatedClientOptions.PauseBetweenRounds"/>. After any other round,
    /// the loop waits as long as the server asks for; otherwise it backs off exponentially. If the server answers at once and asks for no wait, the loop waits for
    /// <see cref="FederatedClientOptions.InitialBackoff"/>. A broken link never ends the loop, nor does work that takes
    /// more memory than the device has: the loop asks again when the lease has expired, because the server may select fewer parameters. Other exceptions of the trainer end it.</para>
    /// <para>To stop after a number of rounds or on a condition, leave the <c>await foreach</c>. To delay rounds, such as until the device is charging, set
    /// <see cref="FederatedClientOptions.WaitUntilReady"/>.</para>
    /// </remarks>
    /// <exception cref="DeviceRefusedException">The server does not admit this client, or its model has another layout.</exception>
    public async IAsyncEnumerable<ClientRound> RunRoundsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (_options.WaitUntilReady is { } waitUntilReady)
                {
                    Enter(ClientPhase.WaitingUntilReady);
                    await waitUntilReady(cancellationToken).ConfigureAwait(false);
                }

                await WaitUntilEligibleAsync(cancellationToken).ConfigureAwait(false);
                ClientRound round = await RunRoundAsync(cancellationToken).ConfigureAwait(false);
                CheckOutOutcome? ending = Ending(round);
                TimeSpan wait = ending is null ? WaitAfter(round) : TimeSpan.Zero;
                Enter(ClientPhase.Waiting, wait);
                yield return round with { Wait = wait };
                switch (ending)
                {
                    case null:
                        await WaitAsync(wait, cancellationToken).ConfigureAwait(false);
                        break;
                    case CheckOutOutcome.Stopped:
                        Log.LoopEnded(_logger, _options.ClientId);
                        yield break;
                    case { } refused:
                        throw new DeviceRefusedException(_options.ClientId, refused);
                }
            }
        }
        finally
        {
            Enter(ClientPhase.Idle);
        }
    }

    private async ValueTask<CheckOutResponse> CheckOutAsync(CancellationToken cancellationToken)
    {
        var device = new CheckOutRequest(
            _options.ClientId, _options.MemoryBudgetBytes, _trainer.Layout.Fingerprint, HeldVersion, CanProbe: _probe is not null, HeldVersion is null ? 0 : HeldFingerprint)
        {
            CanEvaluate = _evaluator is { CanEvaluate: true },
            NeverTrains = _options.Role == ClientRole.EvaluateOnly,
        };

        // No version is held until the response is complete: if the download fails, the buffer contains a mixture of two versions.
        Volatile.Write(ref _heldVersion, NoVersion);
        CheckOutResponse checkOut = await _link.CheckOutAsync(device, _parameters, cancellationToken).ConfigureAwait(false);
        ModelVersion? held = checkOut.IsAssigned ? checkOut.Assignment.Version : device.HeldVersion;
        Volatile.Write(ref _heldFingerprint, checkOut.Assignment?.ModelFingerprint ?? device.HeldFingerprint);
        Volatile.Write(ref _heldVersion, held?.Number ?? NoVersion);
        if (checkOut.Assignment is { } assignment)
        {
            SaveModelIfDue(assignment);
        }

        return checkOut;
    }

    /// <summary>Returns the reason to end the loop after a round; null if it continues.</summary>
    private static CheckOutOutcome? Ending(ClientRound round) => (round.Outcome, round.Receipt?.Outcome) switch
    {
        (CheckOutOutcome.Stopped, _) or (_, UpdateOutcome.Stopped) => CheckOutOutcome.Stopped,
        (CheckOutOutcome.UnknownClient, _) or (_, UpdateOutcome.UnknownClient) => CheckOutOutcome.UnknownClient,
        (CheckOutOutcome.LayoutMismatch, _) or (_, UpdateOutcome.LayoutMismatch) => CheckOutOutcome.LayoutMismatch,
        _ => null,
    };

    private TimeSpan WaitAfter(in ClientRound round)
    {
        if (round.IneligibleReason is not null)
        {
            // The loop waits until the device is eligible again.
            return TimeSpan.Zero;
        }

        if (round.IsAccepted)
        {
            _backoff.Reset();
            _loggedOutcome = CheckOutOutcome.Assigned;
            return _options.PauseBetweenRounds;
        }

        TimeSpan wait = _backoff.Next(round.RetryAfter, held: round.Receipt is null ? round.CheckOutDuration : TimeSpan.Zero);
        if (round.Error is null && round.Receipt is null)
        {
            // A server may be busy for hours: log only the first of equal outcomes at the information level.
            Log.NoWork(_logger, round.Outcome == _loggedOutcome ? LogLevel.Debug : LogLevel.Information, _options.ClientId, round.Outcome, wait);
            _loggedOutcome = round.Outcome;
        }

        return wait;
    }

    private void Enter(ClientPhase phase, TimeSpan? wait = null)
    {
        DateTimeOffset now = _time.GetUtcNow();
        ClientStatus status = _status with
        {
            Phase = phase,
            Since = now,
            Progress = null,
            NextAttempt = now + wait,
            ConsecutiveFailures = _link.ConsecutiveFailures,
            LastError = _link.LastError,
        };
        Volatile.Write(ref _status, status);
        _options.StatusChanged?.Invoke(status);
    }

    private void ReportProgress(double progress)
    {
        ClientStatus status = Volatile.Read(ref _status);
        if (status.Phase is not (ClientPhase.Training or ClientPhase.Probing or ClientPhase.Evaluating))
        {
            return;
        }

        status = status with { Progress = progress };
        Volatile.Write(ref _status, status);
        _options.StatusChanged?.Invoke(status);
    }

    private Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken) =>
        wait > TimeSpan.Zero ? Task.Delay(wait, _time, cancellationToken) : Task.CompletedTask;

    /// <summary>Subtracts the memory that the calls of the server require from the budget of training.</summary>
    private void Reserve(IFederatedServer server)
    {
        long reserved = (server as IMemoryReservation)?.ReservedBytes ?? 0;
        if (reserved > _options.MemoryBudgetBytes)
        {
            throw new ArgumentException(
                $"{nameof(_options.MemoryBudgetBytes)} is {_options.MemoryBudgetBytes}, but {server.GetType().Name} reserves {reserved} bytes for its calls. Raise the budget, or reduce what the server reserves.", nameof(server));
        }

        _options.MemoryBudgetBytes -= reserved;
    }
}
