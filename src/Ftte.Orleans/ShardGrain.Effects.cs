using System.Collections.Immutable;
using Ftte.Aggregation;
using Ftte.PostgreSql;
using Ftte.Storage;
using Ftte.Wire;

namespace Ftte.Orleans;

/// <content>Executes the effects of the protocol.</content>
internal sealed partial class ShardGrain
{
    private void Execute(ImmutableArray<ShardEffect> effects)
    {
        foreach (ShardEffect effect in effects)
        {
            switch (effect)
            {
                case ShardEffect.Load:
                    _ = LoadAsync();
                    break;
                case ShardEffect.Commit commit:
                    _committing = CommitAsync(commit);
                    break;
                case ShardEffect.Acknowledge acknowledge:
                    Acknowledge(acknowledge);
                    break;
                case ShardEffect.NotifyClosed closed:
                    _ = GrainFactory.GetGrain<IPublisherGrain>(_federation.Name).ClosedAsync(closed.Buffer);
                    break;
                case ShardEffect.SendPart:
                    // GetPartAsync answers with it.
                    break;
            }
        }
    }

    private void Acknowledge(ShardEffect.Acknowledge effect)
    {
        // Without a fold of this call, the update was accepted earlier.
        UpdateReceipt? folded = _pending.GetValueOrDefault(effect.Update)?.Folded;
        Answer(effect.Update, effect.Outcome == CommitOutcome.Taken && folded is { } receipt ? receipt : Reject(UpdateOutcome.Duplicate));
    }

    /// <summary>Commits updates. If this fails, another activation begins with what the database has; without an end, the updates would wait forever.</summary>
    private async Task CommitAsync(ShardEffect.Commit commit)
    {
        try
        {
            await CommitAndFoldAsync(commit).ConfigureAwait(true);
        }
#pragma warning disable CA1031 // Whatever failed.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (!_ended.IsCancellationRequested)
            {
                End(error);
            }
        }
    }

    /// <summary>Validates updates that were not validated against this buffer, commits the others, and folds those that the database took.</summary>
    private async Task CommitAndFoldAsync(ShardEffect.Commit commit)
    {
        var updates = new List<(UpdateName Name, byte[] Bytes)>(commit.Updates.Length);
        var rejected = new List<(UpdateName Name, UpdateReceipt Receipt)>();
        foreach (UpdateName name in commit.Updates)
        {
            PendingUpdate pending = _pending[name];
            if (pending.ValidatedFor != commit.Buffer && Validate(pending.Update) is { } rejection)
            {
                rejected.Add((name, rejection));
                continue;
            }

            pending.ValidatedFor = commit.Buffer;
            updates.Add((name, pending.Bytes));
        }

        // Without updates, the shard goes on as after a transaction of none.
        CommitResult result = new(commit.Buffer, IsClosed: false, []);
        IReadOnlySet<UpdateName> known = ImmutableHashSet<UpdateName>.Empty;
        try
        {
            if (rejected.Count > 0)
            {
                known = await _federation.Store.FindKnownAsync([.. rejected.Select(update => update.Name)], _ended.Token).ConfigureAwait(true);
            }

            if (updates.Count > 0)
            {
                result = await _federation.Store.CommitAsync(commit.Buffer, _shard, updates, _isRepeated, _ended.Token).ConfigureAwait(true);
            }

            (_fault, _isRepeated) = (null, false);
        }
        catch (StoreException error)
        {
            Fail(error);
            _isRepeated = true;
            await PauseAsync().ConfigureAwait(true);
            if (!_ended.IsCancellationRequested)
            {
                (_protocol, ImmutableArray<ShardEffect> again) = _protocol.CommitFailed();
                Execute(again);
            }

            return;
        }

        // An update that was accepted once stays accepted, whatever is wrong with it now, for example its age.
        foreach ((UpdateName name, UpdateReceipt receipt) in rejected)
        {
            _protocol = _protocol.Withdraw(name);
            Answer(name, known.Contains(name) ? Reject(UpdateOutcome.Duplicate) : receipt);
        }

        (ShardProtocol next, ImmutableArray<ShardEffect> effects) = _protocol.Committed(result);
        foreach (UpdateName name in next.Folded.Skip(_protocol.Folded.Length))
        {
            _pending[name].Folded = Fold(_pending[name].Update);
        }

        _protocol = next;
        Execute(effects);
    }

    /// <summary>Returns the receipt of an update that the shard rejects; null if it may be committed.</summary>
    private UpdateReceipt? Validate(SparseUpdate update)
    {
        UpdateReceipt receipt = _sums!.Check(update);
        return receipt.Outcome switch
        {
            UpdateOutcome.Buffered => null,
            UpdateOutcome.Busy => receipt with { RetryAfter = _clients.UntilNextVersion },
            _ => receipt,
        };
    }

    /// <exception cref="InvalidOperationException">The update is committed, but cannot be folded.</exception>
    private UpdateReceipt Fold(SparseUpdate update)
    {
        long started = _federation.Time.GetTimestamp();
        UpdateReceipt receipt = _sums!.Fold(update);
        _federation.Metrics.Aggregated(_federation.Time.GetElapsedTime(started));
        return receipt.Outcome == UpdateOutcome.Buffered
            ? receipt
            : throw new InvalidOperationException($"Update {update.Header.Id} of client {update.Header.Client} was committed to buffer {_protocol.Buffer}, but its fold was answered with {receipt.Outcome}. Use the same aggregator options in all silos.");
    }

    /// <summary>Reads the database. If it is being read, it is read again afterward. The task ends when everything is read.</summary>
    private Task LoadAsync()
    {
        if (_loading.IsCompleted)
        {
            _loading = ReadAllAsync();
        }
        else
        {
            _mustLoadAgain = true;
        }

        return _loading;
    }

    private async Task ReadAllAsync()
    {
        try
        {
            do
            {
                _mustLoadAgain = false;
                await ReadAsync(_ended.Token).ConfigureAwait(true);
            }
            while (_mustLoadAgain);
        }
        catch (StoreException error)
        {
            // The next tick reads again.
            Fail(error);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // As of a commit.
        catch (Exception error)
#pragma warning restore CA1031
        {
            End(error);
        }
    }

    /// <summary>Reads the current buffer, and folds the updates that the database has and the shard does not.</summary>
    /// <exception cref="StoreException">The database cannot be read.</exception>
    /// <exception cref="InvalidOperationException">A committed update cannot be folded.</exception>
    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        PublishedState state;
        ClusterHead head;
        IReadOnlyList<byte[]> rows;
        do
        {
            (head, rows) = await _federation.Store.ReadShardAsync(_shard, cancellationToken).ConfigureAwait(true);
            state = _federation.Current is { } current && current.Buffer == head.Buffer ? current : await _federation.LoadAsync(cancellationToken).ConfigureAwait(true);
        }
        while (state.Buffer != head.Buffer);

        _fault = null;
        if (head.Buffer < _protocol.Buffer)
        {
            return;
        }

        var folded = new HashSet<UpdateName>(_protocol.Folded);
        if (head.Buffer > _protocol.Buffer)
        {
            _sums?.Dispose();
            _sums = AggregationShard.Create(state.State, _federation.Layout, _federation.Selections, _federation.Aggregator);
            folded.Clear();
            if (state.Buffer > _clients.Buffer)
            {
                _clients.BeginBuffer(state);
            }
        }

        ImmutableArray<UpdateName>.Builder names = ImmutableArray.CreateBuilder<UpdateName>(rows.Count);
        foreach (byte[] row in rows)
        {
            using SparseUpdate update = UpdateMessage.Read(row, _limits);
            var name = new UpdateName(update.Header.Client, update.Header.Id);
            names.Add(name);
            if (!folded.Contains(name))
            {
                UpdateReceipt receipt = Fold(update);
                if (_pending.TryGetValue(name, out PendingUpdate? pending))
                {
                    pending.Folded = receipt;
                }
            }
        }

        (_protocol, ImmutableArray<ShardEffect> effects) = _protocol.Loaded(head.Buffer, head.IsClosed, names.ToImmutable());
        Execute(effects);
    }

    /// <summary>Reads the database whenever this silo learns of another buffer.</summary>
    private async Task FollowAsync()
    {
        try
        {
            while (!_ended.IsCancellationRequested)
            {
                long known = _protocol.Buffer;
                await _federation.WaitForChangeAsync(known, _ended.Token).ConfigureAwait(true);
                await LoadAsync().ConfigureAwait(true);
                if (_protocol.Buffer == known)
                {
                    await PauseAsync().ConfigureAwait(true);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private void Fail(StoreException error)
    {
        if (_fault is null)
        {
            ClusterLog.ShardRepeats(_federation.Logger, _shard, _federation.Name, error.Message);
        }

        _fault = error;
    }

    /// <summary>Ends this activation: the next call activates the shard again, from the database.</summary>
    private void End(Exception error)
    {
        ClusterLog.ShardFailed(_federation.Logger, error, _shard, _federation.Name);
        DeactivateOnIdle();

        // A grain is not deactivated before its calls have ended, and these wait for an answer.
        _ended.Cancel();
        FailPending();
    }

    private void FailPending()
    {
        foreach (PendingUpdate pending in _pending.Values)
        {
            pending.Fail(new OperationCanceledException("The shard moves to another silo. Send the update again."));
        }

        _pending.Clear();
    }

    private Task PauseAsync() => Task.Delay(_federation.Cluster.RefreshInterval, _federation.Time, CancellationToken.None);
}
