using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Ftte.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ftte;

/// <summary>The loop on a device: check out, train or measure, submit.</summary>
/// <remarks>
/// <para><b>Threading</b>: one round at a time; <see cref="HeldVersion"/> and <see cref="Status"/> may be read from any thread.</para>
/// <para><b>Memory</b>: one dense vector, kept between rounds, so that a check-out brings only what changed.</para>
/// <para><b>Broken links</b>: whatever the server or its proxy throws is a broken link, except for misuse (<see cref="ArgumentException"/>,
/// <see cref="ObjectDisposedException"/>, <see cref="NotSupportedException"/>, <see cref="NotImplementedException"/>) and cancellation by the caller's token.
/// Exceptions of the trainer are never taken for one.</para>
/// <para><b>Diagnostics</b>: <see cref="RunRoundsAsync"/> returns the rounds, <see cref="Status"/> and <see cref="FederatedClientOptions.StatusChanged"/> what the
/// client does within a round. Metrics are named in <see cref="FtteDiagnostics"/>.</para>
/// <para><b>Reproducible</b>: waits come from the clock given and jitter from a seed; the client draws nothing else at random.</para>
/// </remarks>
public sealed partial class FederatedClient
{
    private const long NoVersion = long.MinValue;

    private readonly ServerLink _link;
    private readonly ILocalTrainer _trainer;
    private readonly IImportanceProbe? _probe;
    private readonly FederatedClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Backoff _backoff;
    private readonly Backoff _submitBackoff;
    private readonly float[] _parameters;
    private long _heldVersion = NoVersion;
    private ClientStatus _status;
    private CheckOutOutcome _loggedOutcome;
    private ulong _heldFingerprint;
    private int _running;

    /// <summary>Makes a client; nothing is sent before its first round.</summary>
    /// <param name="server">The server, or a proxy of it.</param>
    /// <param name="trainer">What trains on this device; one that is an <see cref="IImportanceProbe"/> too may also be asked what training would be worth.</param>
    /// <param name="options">The settings. Copied.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="logger">Where events go; null for nowhere.</param>
    /// <param name="heldModel">
    /// The model that the device has already: the one that the app was shipped with, or one that it kept. A check-out then brings only what it lacks.
    /// Copied. Null if the first check-out is to bring everything. The server identifies the model by its version and fingerprint; if it does not know the
    /// pair, for example because the model is from another training run, it sends all parameters.
    /// </param>
    /// <exception cref="ArgumentException">An option is missing or out of range, or <paramref name="heldModel"/> has another layout than the trainer's.</exception>
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
        _trainer = trainer;
        _options = options.Copy();
        _probe = _options.AllowProbes ? trainer as IImportanceProbe : null;
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger<FederatedClient>.Instance;
        _link = new ServerLink(server, _options.ClientId, _time, _logger);
        _status = new ClientStatus { Since = _time.GetUtcNow() };
        _backoff = new Backoff(_options);
        _submitBackoff = new Backoff(_options);
        _parameters = new float[trainer.Layout.ParameterCount];
        if (heldModel is not null)
        {
            Hold(heldModel, _options.HeldFingerprint, nameof(heldModel));
        }
    }

    /// <summary>Gets the version that <see cref="Parameters"/> hold; null before the first check-out unless one was given, during one, and after one that failed half-way.</summary>
    public ModelVersion? HeldVersion => Volatile.Read(ref _heldVersion) is var number && number == NoVersion ? null : new ModelVersion(number);

    /// <summary>Gets the <see cref="ModelSnapshot.Fingerprint"/> that the server stated for <see cref="HeldVersion"/>; meaningful only while that is not null.</summary>
    /// <value>
    /// An app that stores <see cref="Parameters"/> to start from them later stores this number too, see <see cref="FederatedClientOptions.HeldFingerprint"/>.
    /// </value>
    public ulong HeldFingerprint => Volatile.Read(ref _heldFingerprint);

    /// <summary>Gets the model as last received, for use on the device between rounds.</summary>
    /// <value>
    /// Always the same memory, the trainer's <see cref="ILocalTrainer.Layout"/>; overwritten by the next check-out, so read it between rounds or copy
    /// it. It is a model only while <see cref="HeldVersion"/> is not null.
    /// </value>
    public ReadOnlyMemory<float> Parameters => _parameters;

    /// <summary>Gets what the client is doing and how its link to the server is.</summary>
    public ClientStatus Status => Volatile.Read(ref _status);

    /// <summary>Runs one round: asks for work, trains or measures, submits the update.</summary>
    /// <param name="cancellationToken">Stops where the round is; an update that was trained may or may not have counted.</param>
    /// <returns>The result. No work and rejections are values.</returns>
    /// <remarks>
    /// The update is submitted again, under the same ID so that it counts once, after a broken link and when the server is busy, up to
    /// <see cref="FederatedClientOptions.MaxSubmitAttempts"/> times. There is no other waiting within a round.
    /// </remarks>
    /// <exception cref="IOException">The link broke while checking out, or in every attempt to submit.</exception>
    /// <exception cref="InvalidOperationException">A round is running already, the trainer's update does not answer the assignment, or the assignment asks for what this device did not offer.</exception>
    public async ValueTask<ClientRound> RunOnceAsync(CancellationToken cancellationToken = default)
    {
        try
        {
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
    /// <returns>A task that ends without error when the server says that it is shutting down; call again to rejoin it later.</returns>
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
    /// ends when the server says that it is shutting down; enumerate again to rejoin it later.
    /// </returns>
    /// <remarks>
    /// <para>After an accepted update the next round follows at once, or after <see cref="FederatedClientOptions.PauseBetweenRounds"/>. After any other round
    /// the loop waits as long as the server asks or, if it does not ask, longer each time. A broken link never ends the loop; exceptions of the trainer do.</para>
    /// <para>To stop after a number of rounds or on a condition, leave the <c>await foreach</c>. To hold rounds back, such as until the device is charging, set
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

    private void Hold(ModelSnapshot model, ulong? fingerprint, string argument)
    {
        if (model.Layout.Fingerprint != _trainer.Layout.Fingerprint)
        {
            throw new ArgumentException(
                $"The device holds a model with {model.Layout}, the trainer's has {_trainer.Layout}; give the model that this trainer trains, or none.", argument);
        }

        model.Parameters.CopyTo(_parameters);
        _heldFingerprint = fingerprint ?? model.Fingerprint;
        _heldVersion = model.Version.Number;
    }

    private async ValueTask<CheckOutResponse> CheckOutAsync(CancellationToken cancellationToken)
    {
        var device = new CheckOutRequest(
            _options.ClientId, _options.MemoryBudgetBytes, _trainer.Layout.Fingerprint, HeldVersion, CanProbe: _probe is not null, HeldVersion is null ? 0 : HeldFingerprint);

        // Nothing is held until the answer is complete: if it breaks off, the buffer is a mixture of two versions.
        Volatile.Write(ref _heldVersion, NoVersion);
        CheckOutResponse checkOut = await _link.CheckOutAsync(device, _parameters, cancellationToken).ConfigureAwait(false);
        ModelVersion? held = checkOut.IsAssigned ? checkOut.Assignment.Version : device.HeldVersion;
        Volatile.Write(ref _heldFingerprint, checkOut.Assignment?.ModelFingerprint ?? device.HeldFingerprint);
        Volatile.Write(ref _heldVersion, held?.Number ?? NoVersion);
        return checkOut;
    }

    /// <summary>Returns why the loop must end after a round; null if it goes on.</summary>
    private static CheckOutOutcome? Ending(ClientRound round) => (round.Outcome, round.Receipt?.Outcome) switch
    {
        (CheckOutOutcome.Stopped, _) or (_, UpdateOutcome.Stopped) => CheckOutOutcome.Stopped,
        (CheckOutOutcome.UnknownClient, _) or (_, UpdateOutcome.UnknownClient) => CheckOutOutcome.UnknownClient,
        (CheckOutOutcome.LayoutMismatch, _) or (_, UpdateOutcome.LayoutMismatch) => CheckOutOutcome.LayoutMismatch,
        _ => null,
    };

    private TimeSpan WaitAfter(in ClientRound round)
    {
        if (round.IsAccepted)
        {
            _backoff.Reset();
            _loggedOutcome = CheckOutOutcome.Assigned;
            return _options.PauseBetweenRounds;
        }

        TimeSpan wait = _backoff.Next(round.RetryAfter);
        if (round.Error is null && round.Receipt is null)
        {
            // A server may be busy for hours: only the first of equal answers is worth a line.
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
            NextAttempt = now + wait,
            ConsecutiveFailures = _link.ConsecutiveFailures,
            LastError = _link.LastError,
        };
        Volatile.Write(ref _status, status);
        _options.StatusChanged?.Invoke(status);
    }

    private Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken) =>
        wait > TimeSpan.Zero ? Task.Delay(wait, _time, cancellationToken) : Task.CompletedTask;
}
