using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ftte;

/// <summary>The loop on a device: check out, train or measure, submit.</summary>
/// <remarks>
/// <para><b>Threading</b>: one round at a time; <see cref="HeldVersion"/> may be read from any thread.</para>
/// <para><b>Memory</b>: one dense vector, kept between rounds, so that a check-out brings only what changed.</para>
/// <para><b>Reproducible</b>: waits come from the clock given and jitter from a seed; the client draws nothing else at random.</para>
/// </remarks>
public sealed class FederatedClient
{
    private const long NoVersion = long.MinValue;

    private readonly IFederatedServer _server;
    private readonly ILocalTrainer _trainer;
    private readonly IImportanceProbe? _probe;
    private readonly FederatedClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Backoff _backoff;
    private readonly Backoff _submitBackoff;
    private readonly float[] _parameters;
    private long _heldVersion = NoVersion;
    private ulong _heldFingerprint;
    private int _running;
    private bool _training;

    /// <summary>Makes a client; nothing is sent before its first round.</summary>
    /// <param name="server">The server, or a proxy of it.</param>
    /// <param name="trainer">What trains on this device; one that is an <see cref="IImportanceProbe"/> too may also be asked what training would be worth.</param>
    /// <param name="options">The settings.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="logger">Where events go; null for nowhere.</param>
    /// <exception cref="ArgumentException">An option is missing or out of range, or <see cref="FederatedClientOptions.HeldModel"/> is of another layout than the trainer's.</exception>
    public FederatedClient(
        IFederatedServer server,
        ILocalTrainer trainer,
        FederatedClientOptions options,
        TimeProvider? time = null,
        ILogger<FederatedClient>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _server = server;
        _trainer = trainer;
        _options = options.Copy();
        _probe = _options.AllowProbes ? trainer as IImportanceProbe : null;
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger<FederatedClient>.Instance;
        _backoff = new Backoff(_options);
        _submitBackoff = new Backoff(_options);
        _parameters = new float[trainer.Layout.ParameterCount];
        if (_options.HeldModel is { } held)
        {
            // Copied, so it need not be kept alive.
            _options.HeldModel = null;
            Hold(held, _options.HeldFingerprint, nameof(options));
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

    /// <summary>Does one round: asks for work, trains or measures, hands in the update.</summary>
    /// <param name="cancellationToken">Stops where the round is; an update that was trained may or may not have counted.</param>
    /// <returns>What came of it. No work and rejections are values.</returns>
    /// <remarks>
    /// The update is submitted again, under the same id so that it counts once, after a broken link and when the server is busy, up to
    /// <see cref="FederatedClientOptions.MaxSubmitAttempts"/> times. There is no other waiting within a round.
    /// </remarks>
    /// <exception cref="IOException">The link broke while checking out, or in every attempt to submit.</exception>
    /// <exception cref="InvalidOperationException">A round is running already, the trainer's update does not answer the assignment, or the assignment asks for what this device did not offer.</exception>
    public async ValueTask<ClientRound> RunOnceAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _running, 1) != 0)
        {
            throw new InvalidOperationException("A round is running already; a client does one at a time.");
        }

        try
        {
            _training = false;
            CheckOut checkOut = await CheckOutAsync(cancellationToken).ConfigureAwait(false);
            if (!checkOut.IsAssigned)
            {
                return new ClientRound(checkOut.Outcome, RetryAfter: checkOut.RetryAfter);
            }

            using SparseUpdate update = await TrainAsync(checkOut.Assignment, cancellationToken).ConfigureAwait(false);
            UpdateReceipt receipt = await SubmitAsync(update, cancellationToken).ConfigureAwait(false);
            return new ClientRound(checkOut.Outcome, receipt, receipt.RetryAfter);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    /// <summary>Does rounds until cancelled, or until the server is done with this device.</summary>
    /// <param name="cancellationToken">Ends the loop with <see cref="OperationCanceledException"/>.</param>
    /// <returns>A task that ends without error when the server says that it is shutting down; call again to rejoin it later.</returns>
    /// <remarks>
    /// After an accepted update the next round follows at once, or after <see cref="FederatedClientOptions.PauseBetweenRounds"/>. After anything else
    /// the loop waits as long as the server asks or, when it does not say, longer each time. A broken link counts as such a failure and never
    /// ends the loop; what the trainer throws does.
    /// </remarks>
    /// <exception cref="DeviceRefusedException">The server does not admit this client, or its model has another layout.</exception>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan wait;
            try
            {
                ClientRound round = await RunOnceAsync(cancellationToken).ConfigureAwait(false);
                switch (Ending(round))
                {
                    case CheckOutOutcome.Stopped:
                        Log.LoopEnded(_logger, _options.ClientId);
                        return;
                    case { } refused:
                        throw new DeviceRefusedException(_options.ClientId, refused);
                    default:
                        wait = WaitAfter(round);
                        break;
                }
            }
            catch (IOException broken) when (!_training)
            {
                wait = _backoff.Next();
                Log.LinkBroke(_logger, broken, _options.ClientId, wait);
            }

            await WaitAsync(wait, cancellationToken).ConfigureAwait(false);
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

    private async ValueTask<CheckOut> CheckOutAsync(CancellationToken cancellationToken)
    {
        var device = new DeviceProfile(
            _options.ClientId, _options.MemoryBudgetBytes, _trainer.Layout.Fingerprint, HeldVersion, CanProbe: _probe is not null, HeldVersion is null ? 0 : HeldFingerprint);

        // Nothing is held until the answer is complete: if it breaks off, the buffer is a mixture of two versions.
        Volatile.Write(ref _heldVersion, NoVersion);
        CheckOut checkOut = await _server.CheckOutAsync(device, _parameters, cancellationToken).ConfigureAwait(false);
        ModelVersion? held = checkOut.IsAssigned ? checkOut.Assignment.Version : device.HeldVersion;
        Volatile.Write(ref _heldFingerprint, checkOut.Assignment?.ModelFingerprint ?? device.HeldFingerprint);
        Volatile.Write(ref _heldVersion, held?.Number ?? NoVersion);
        return checkOut;
    }

    private async ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, CancellationToken cancellationToken)
    {
        bool probes = assignment.Content == UpdateContent.Importance;
        if (probes && _probe is null)
        {
            throw new InvalidOperationException($"The server asks '{assignment.Client}' what the blocks are worth, which this device did not offer. The server is at fault.");
        }

        using Activity? activity = FtteDiagnostics.Source.StartActivity(probes ? FtteDiagnostics.ProbeActivity : FtteDiagnostics.TrainActivity);
        _training = true; // stays so if the trainer throws: its own I/O errors are not broken links
        ValueTask<SparseUpdate> work = probes
            ? _probe!.ProbeAsync(assignment, _parameters, _options.MemoryBudgetBytes, cancellationToken)
            : _trainer.TrainAsync(assignment, _parameters, cancellationToken);
        SparseUpdate update = await work.ConfigureAwait(false);
        _training = false;
        UpdateHeader header = update.Header;
        if (header.Client != assignment.Client || header.Id != assignment.UpdateId || header.Content == UpdateContent.Importance != probes)
        {
            update.Dispose();
            throw new InvalidOperationException(
                $"The trainer's update is {header.Id} of '{header.Client}' ({header.Content}), the assignment {assignment.UpdateId} of '{assignment.Client}' "
                + $"({assignment.Content}); make the header with the assignment's CreateHeader.");
        }

        return update;
    }

    private async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken)
    {
        _submitBackoff.Reset();
        for (int attempt = 1; ; attempt++)
        {
            bool last = attempt == _options.MaxSubmitAttempts;
            IOException? broken = null;
            UpdateReceipt receipt = default;
            try
            {
                receipt = await _server.SubmitAsync(update, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException error) when (!last)
            {
                broken = error;
            }

            if (broken is null && (last || receipt.Outcome != UpdateOutcome.Busy))
            {
                return receipt;
            }

            TimeSpan wait = _submitBackoff.Next(receipt.RetryAfter);
            Log.SubmitsAgain(_logger, broken, _options.ClientId, update.Header.Id, wait, attempt + 1);
            await WaitAsync(wait, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Says why the loop must end after a round; null if it goes on.</summary>
    private static CheckOutOutcome? Ending(ClientRound round) => (round.Outcome, round.Receipt?.Outcome) switch
    {
        (CheckOutOutcome.Stopped, _) or (_, UpdateOutcome.Stopped) => CheckOutOutcome.Stopped,
        (CheckOutOutcome.UnknownClient, _) or (_, UpdateOutcome.UnknownClient) => CheckOutOutcome.UnknownClient,
        (CheckOutOutcome.LayoutMismatch, _) or (_, UpdateOutcome.LayoutMismatch) => CheckOutOutcome.LayoutMismatch,
        _ => null,
    };

    private TimeSpan WaitAfter(ClientRound round)
    {
        if (round.Receipt is { IsAccepted: true })
        {
            _backoff.Reset();
            return _options.PauseBetweenRounds;
        }

        TimeSpan wait = _backoff.Next(round.RetryAfter);
        if (round.Receipt is { } receipt)
        {
            Log.NotAccepted(_logger, _options.ClientId, receipt.Outcome, wait);
        }
        else
        {
            Log.NoWork(_logger, _options.ClientId, round.Outcome, wait);
        }

        return wait;
    }

    private Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken) =>
        wait > TimeSpan.Zero ? Task.Delay(wait, _time, cancellationToken) : Task.CompletedTask;
}
