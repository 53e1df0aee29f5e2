using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ftte.Aggregation;
using Ftte.PostgreSql;
using Ftte.Storage;
using Ftte.Wire;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Placement;

namespace Ftte.Orleans;

/// <summary>Serves a part of the clients of a federation, and executes the effects of <see cref="ShardProtocol"/>: a committed update is folded, then acknowledged.</summary>
/// <remarks>
/// Calls interleave where they await; the code between two awaits has the state for itself. Everything that a shard acknowledged is in the database, so that another silo can continue at any moment.
/// </remarks>
[Reentrant]
[SuppressMessage("Reliability", "CA1001", Justification = "OnDeactivateAsync cancels the source. It is not disposed, because code that ends later still reads it; it has no timer.")]
[ActivationCountBasedPlacement]
internal sealed partial class ShardGrain(IServiceProvider services, ILocalSiloDetails silo) : Grain, IShardGrain
{
    private static readonly BlobReference NoParameters = new(new string('0', BlobReference.DigestLength), ValueFormat.Float32);

    private readonly Dictionary<UpdateName, PendingUpdate> _pending = [];
    private readonly HashSet<ClientId> _waitingClients = [];
    private readonly CancellationTokenSource _ended = new();
    private LocalFederation _federation = null!;
    private int _shard;
    private int _queueCapacity;
    private WireLimits _limits = null!;
    private ShardClients _clients = null!;
    private LocalShard? _local;
    private AggregationShard? _sums;
    private ShardProtocol _protocol = null!;
    private StoreException? _fault;
    private bool _isRepeated;
    private Task _committing = Task.CompletedTask;
    private Task _loading = Task.CompletedTask;
    private bool _mustLoadAgain;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _shard = (int)this.GetPrimaryKeyLong(out string? key);
        string name = key ?? throw new InvalidOperationException("The key of a shard has no name of a federation.");
        _federation = services.GetRequiredKeyedService<LocalFederation>(name);
        _limits = WireLimits.For(_federation.Layout);
        _queueCapacity = ClusterOptionsGuard.Divide(_federation.Server, _federation.Cluster.Shards, _shard, seed: 0).QueueCapacity;
        PublishedState state = await _federation.LoadAsync(cancellationToken).ConfigureAwait(true);
        _clients = new ShardClients(_federation, _shard, state, await _federation.Store.CountActivationAsync(cancellationToken).ConfigureAwait(true));
        ulong number = 0;
        FederatedServerOptions options = _federation.Server;
        foreach (ClusterClient client in await _federation.Store.ReadClientsAsync(_shard, options.LeaseDuration, options.ClientRetention, options.MaxClients, cancellationToken).ConfigureAwait(true))
        {
            _clients.Restore(client, number++);
        }

        if (_clients.Survey is { } survey)
        {
            foreach (SurveyAnswer answer in await _federation.Store.ReadAnswersAsync(survey, cancellationToken).ConfigureAwait(true))
            {
                if (_federation.GetShard(answer.Client) == _shard)
                {
                    _clients.RestoreAnswer(answer);
                }
            }
        }

        (_protocol, _) = ShardProtocol.Activate(_shard);
        await ReadAsync(cancellationToken).ConfigureAwait(true);
        ClusterLog.ShardActivated(_federation.Logger, _shard, name, _protocol.Folded.Length, _protocol.Buffer, (int)number);
        _local = new LocalShard(() => _pending.Count, () => _clients.Status);
        _federation.Add(_shard, _local);
        _ = FollowAsync();
        this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(_federation.Cluster.RefreshInterval, _federation.Cluster.RefreshInterval) { Interleave = true });
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _ended.CancelAsync().ConfigureAwait(true);
        FailPending();
        if (_local is not null)
        {
            _federation.Remove(_shard, _local);
        }

        _sums?.Dispose();
    }

    public async Task<byte[]> CheckOutAsync(byte[] request)
    {
        CheckOutRequest device = CheckOutRequestMessage.Read(request);
        CheckOutResponse response = _fault is null
            ? await _clients.CheckOutAsync(device).ConfigureAwait(true)
            : new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: _federation.Server.BusyRetryAfter);
        var message = new ArrayBufferWriter<byte>();
        CheckOutReferenceMessage.Write(message, response, NoParameters);
        return message.WrittenSpan.ToArray();
    }

    public Task<bool> RenewLeaseAsync(string client, ulong assignment) => Task.FromResult(_clients.Renew(new ClientId(client), new UpdateId(assignment)));

    public async Task<byte[]> SubmitAsync(byte[] update)
    {
        UpdateReceipt receipt = await ReceiveAsync(update).ConfigureAwait(true);
        var message = new ArrayBufferWriter<byte>(ReceiptMessage.Length);
        ReceiptMessage.Write(message, receipt);
        return message.WrittenSpan.ToArray();
    }

    public async Task<byte[]?> GetPartAsync(long buffer, int count)
    {
        // The result of the transaction that closed the buffer may be on its way. If it is not, the updates are those of an earlier activation.
        if (FindPart(buffer, count) is { } known)
        {
            return known;
        }

        await _committing.ConfigureAwait(true);
        if (FindPart(buffer, count) is { } committed)
        {
            return committed;
        }

        await LoadAsync().ConfigureAwait(true);
        return FindPart(buffer, count);
    }

    public Task<ShardClient[]> GetClientsAsync(int max) => Task.FromResult<ShardClient[]>([.. _clients.GetNewest(max).Select(ShardClient.From)]);

    public Task<ShardStatus> GetStatusAsync()
    {
        DispatchStatus status = _clients.Status;
        return Task.FromResult(new ShardStatus(
            _shard, silo.SiloAddress.ToString(), _protocol.Buffer, _protocol.Folded.Length, status.DevicesAtWork, status.KnownClients, status.WaitingClients, _pending.Count,
            _protocol.Waiting, _fault?.Message));
    }

    private async Task<UpdateReceipt> ReceiveAsync(byte[] bytes)
    {
        SparseUpdate update = UpdateMessage.Read(bytes, _limits);
        UpdateHeader header = update.Header;
        var name = new UpdateName(header.Client, header.Id);
        if (await FindFaultAsync(header).ConfigureAwait(true) is { } fault)
        {
            update.Dispose();
            if (fault == UpdateOutcome.Busy)
            {
                return RejectAsBusy();
            }

            UpdateReceipt rejection = Reject(fault);
            return fault == UpdateOutcome.UnknownClient ? rejection : _clients.Settle(header, rejection);
        }

        if (header.Content is UpdateContent.Importance or UpdateContent.Evaluation)
        {
            using (update)
            {
                UpdateOutcome outcome = header.Content == UpdateContent.Importance ? await AnswerSurveyAsync(update).ConfigureAwait(true) : UpdateOutcome.TooStale;
                return outcome == UpdateOutcome.Busy ? RejectAsBusy() : _clients.Settle(header, Reject(outcome));
            }
        }

        if (_pending.TryGetValue(name, out PendingUpdate? same))
        {
            update.Dispose();
            return await WaitAsync(same).ConfigureAwait(true);
        }

        // One update of a client at a time, so that each is validated after the one before it was folded.
        if (_fault is not null || _ended.IsCancellationRequested || _pending.Count >= _queueCapacity || !_waitingClients.Add(header.Client))
        {
            update.Dispose();
            return RejectAsBusy();
        }

        var pending = new PendingUpdate(update, bytes);
        _pending.Add(name, pending);
        (_protocol, ImmutableArray<ShardEffect> effects) = _protocol.Receive(name);
        Execute(effects);
        return await WaitAsync(pending).ConfigureAwait(true);
    }

    /// <summary>Returns the outcome with which an update is rejected before its values are looked at; null if it may be folded.</summary>
    private async Task<UpdateOutcome?> FindFaultAsync(UpdateHeader header)
    {
        UpdateOutcome? fault = _clients.FindFault(header);
        if (fault != UpdateOutcome.NotAssigned)
        {
            return fault;
        }

        try
        {
            // An activation that ended in another silo can have written an assignment after this one has read its clients.
            if (await _federation.Store.ReadClientAsync(header.Client, _ended.Token).ConfigureAwait(true) is { } saved)
            {
                _clients.AddUnknown(saved);
            }

            return _clients.FindFault(header);
        }
        catch (StoreException error)
        {
            Fail(error);
            return UpdateOutcome.Busy;
        }
    }

    /// <summary>Waits for the answer to an update for a limited time. Later, the device is busy; when it sends the update again, it waits for the same answer.</summary>
    /// <remarks>
    /// If the silo with the shard's entry in the grain directory fails, Orleans ends this activation: it passes no more calls to it, and waits until the calls in progress have ended. An update that
    /// waits for the next version would wait forever, because the publisher would wait for the sums of this shard.
    /// </remarks>
    private async Task<UpdateReceipt> WaitAsync(PendingUpdate pending)
    {
        try
        {
            return await pending.Answer.WaitAsync(_federation.Cluster.RefreshInterval, _federation.Time).ConfigureAwait(true);
        }
        catch (TimeoutException)
        {
            return RejectAsBusy();
        }
    }

    /// <summary>Writes the answer to a survey. A device sees it accepted when the database has it.</summary>
    /// <param name="update">The answer.</param>
    /// <param name="isRepeated">True if the shard has read the next buffer, in which the survey may be open, too.</param>
    private async Task<UpdateOutcome> AnswerSurveyAsync(SparseUpdate update, bool isRepeated = false)
    {
        UpdateHeader header = update.Header;
        UpdateOutcome outcome = _clients.CheckAnswer(header, update.Values.Span);
        if (outcome != UpdateOutcome.Surveyed)
        {
            return outcome;
        }

        if (_fault is not null || _ended.IsCancellationRequested)
        {
            return UpdateOutcome.Busy;
        }

        try
        {
            var answer = new SurveyAnswer(header.Client, header.Id, update.Values.ToArray());
            AnswerOutcome written = await _federation.Store.WriteAnswerAsync(_clients.Buffer, _clients.Survey!.Value, answer, _ended.Token).ConfigureAwait(true);
            if (written == AnswerOutcome.Later)
            {
                await LoadAsync().ConfigureAwait(true);
                return isRepeated ? UpdateOutcome.Busy : await AnswerSurveyAsync(update, isRepeated: true).ConfigureAwait(true);
            }

            _clients.AddAnswer(header, update.Values);
            return written == AnswerOutcome.Written ? UpdateOutcome.Surveyed : UpdateOutcome.Duplicate;
        }
        catch (StoreException error)
        {
            Fail(error);
            return UpdateOutcome.Busy;
        }
    }

    private byte[]? FindPart(long buffer, int count)
    {
        (_protocol, ImmutableArray<ShardEffect> effects) = _protocol.Asked(buffer, count);
        return effects.OfType<ShardEffect.SendPart>().Any() ? _sums!.Capture().Bytes.ToArray() : null;
    }

    private UpdateReceipt Reject(UpdateOutcome outcome) => new(outcome, _clients.Version);

    private UpdateReceipt RejectAsBusy() => Reject(UpdateOutcome.Busy) with { RetryAfter = _federation.Server.BusyRetryAfter };

    private void Answer(UpdateName name, in UpdateReceipt receipt)
    {
        if (_pending.Remove(name, out PendingUpdate? pending))
        {
            _waitingClients.Remove(name.Client);
            UpdateHeader header = pending.Update.Header;
            pending.Complete(_clients.Settle(header, receipt));
        }
    }

    private Task Tick()
    {
        (_protocol, ImmutableArray<ShardEffect> effects) = _protocol.Tick();
        Execute(effects);

        // Calls are rejected until the database answers, so that none of them can make the shard read it.
        return _fault is null || _protocol.Committing.Length > 0 ? Task.CompletedTask : LoadAsync();
    }
}
