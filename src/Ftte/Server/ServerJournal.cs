using Ftte.Storage;

namespace Ftte;

/// <summary>Records what changes the state of a server in a store, and decides when a checkpoint is due.</summary>
/// <remarks>
/// Records nothing until <see cref="Start"/>, because the replay of stored records changes the state, too. Thread-safe; may be called with the dispatcher's lock held, so that
/// records are in the order of the changes.
/// </remarks>
internal sealed class ServerJournal(IServerStore store, TimeProvider time) : IAsyncDisposable
{
    /// <summary>A checkpoint is due when the records since the last one have this many bytes, or as many as the checkpoint, so that neither dominates what is written.</summary>
    private const long MinRecordBytes = 16L << 20;

    /// <summary>The number of bytes that may wait for a commit before the server waits, too.</summary>
    private const long MaxPendingBytes = 32L << 20;

    private readonly Lock _lock = new();
    private GroupCommit? _commits;
    private Func<ServerState>? _capture;
    private long _lastRecordAt;
    private long _recordBytes;
    private long _checkpointBytes;
    private bool _isCheckpointRequired;

    /// <summary>Gets the reason why nothing is committed; null if the store works.</summary>
    public StoreException? Fault => _commits?.Fault;

    /// <summary>Gets a task that completes with true when everything recorded so far is durable, or with false if the store fails.</summary>
    public Task<bool> WhenCommitted => _commits?.WhenCommitted ?? Task.FromResult(true);

    /// <summary>Begins to record.</summary>
    /// <param name="lastNumber">The number of the last record in the store.</param>
    /// <param name="retryAfter">The time between attempts to commit after a failure.</param>
    /// <param name="changed">Called when commits begin to fail, with the reason, and when they succeed again, with null.</param>
    /// <param name="capture">Captures the state of the server for a checkpoint.</param>
    public void Start(long lastNumber, TimeSpan retryAfter, Action<StoreException?> changed, Func<ServerState> capture)
    {
        lock (_lock)
        {
            _capture = capture;
            _lastRecordAt = time.GetTimestamp();
            _commits = new GroupCommit(store, lastNumber, time, retryAfter, changed);
        }
    }

    /// <summary>Waits until there is room for more records.</summary>
    /// <returns>True if there is; false if the store fails, so that nothing must be changed.</returns>
    public async ValueTask<bool> HasRoomAsync() =>
        _commits is not { } commits || (commits.Fault is null && (commits.PendingBytes < MaxPendingBytes || await commits.WhenCommitted.ConfigureAwait(false)));

    public void Assigned(ClientId client, long? memoryBudgetBytes, ulong number, in IssuedAssignment assignment)
    {
        if (_commits is not null)
        {
            Append(ServerRecord.Assigned(client, memoryBudgetBytes, number, assignment));
        }
    }

    public void Released(ClientId client, UpdateId id)
    {
        if (_commits is not null)
        {
            Append(ServerRecord.Released(client, id));
        }
    }

    public void Renewed(ClientId client, UpdateId id, byte number)
    {
        if (_commits is not null)
        {
            Append(ServerRecord.Renewed(client, id, number));
        }
    }

    /// <summary>Records an update if it was accepted.</summary>
    /// <param name="header">The header of the update.</param>
    /// <param name="values">The values of the update.</param>
    /// <param name="outcome">The outcome.</param>
    /// <param name="current">The current version after the update.</param>
    public void Accepted(in UpdateHeader header, ReadOnlyMemory<float> values, UpdateOutcome outcome, ModelSnapshot current)
    {
        if (_commits is not null && outcome is UpdateOutcome.Buffered or UpdateOutcome.Published or UpdateOutcome.Surveyed)
        {
            Append(ServerRecord.Accepted(header, values, outcome, current.Fingerprint), outcome == UpdateOutcome.Published ? current : null);
        }
    }

    public void Evaluated(in UpdateHeader header, ReadOnlyMemory<float> values, string? group)
    {
        if (_commits is not null)
        {
            Append(ServerRecord.Evaluated(header, values, group));
        }
    }

    public void StepScaleChanged(float scale)
    {
        if (_commits is not null)
        {
            Append(ServerRecord.StepScaleChanged(scale));
        }
    }

    public void Flushed(ModelSnapshot published)
    {
        if (_commits is not null)
        {
            Append(ServerRecord.Flushed(published.Fingerprint), published);
        }
    }

    public void RolledBack(ModelSnapshot earlier, ModelSnapshot published)
    {
        if (_commits is not null)
        {
            Append(ServerRecord.RolledBack(earlier, published.Fingerprint), published);
        }
    }

    /// <summary>Records that a device was registered, or removed if the budget is null.</summary>
    public void RegistrationChanged(ClientId client, long? memoryBudgetBytes)
    {
        if (_commits is not null)
        {
            Append(ServerRecord.RegistrationChanged(client, memoryBudgetBytes));
        }
    }

    public void SelectionChanged(SelectionVersion version, ParameterSelection selection, long requiredMemoryBytes)
    {
        if (_commits is not null)
        {
            Append(ServerRecord.SelectionChanged(version, selection, requiredMemoryBytes));
        }
    }

    /// <summary>Requires a checkpoint after the current call, because a change cannot be replayed.</summary>
    public void RequireCheckpoint()
    {
        lock (_lock)
        {
            _isCheckpointRequired = true;
        }
    }

    /// <summary>Captures and appends a checkpoint if one is due. Called only by the reader of the update queue.</summary>
    public void CheckpointIfDue()
    {
        bool isDue;
        lock (_lock)
        {
            isDue = _commits is { Fault: null } && (_isCheckpointRequired || _recordBytes >= Math.Max(MinRecordBytes, _checkpointBytes));
        }

        if (isDue)
        {
            Checkpoint();
        }
    }

    /// <summary>Captures and appends a checkpoint. Records that are appended during the capture remain, and are skipped by the replay if the checkpoint includes them.</summary>
    public void Checkpoint(ModelSnapshot? published = null)
    {
        long position;
        lock (_lock)
        {
            position = _commits!.LastNumber;
            _lastRecordAt = time.GetTimestamp();
            _recordBytes = 0;
            _isCheckpointRequired = false;
        }

        ReadOnlyMemory<byte> state = _capture!().Bytes;
        lock (_lock)
        {
            _checkpointBytes = state.Length;
            _commits.Append(new StoreCheckpoint(position, state), published);
        }
    }

    public ValueTask DisposeAsync() => _commits?.DisposeAsync() ?? default;

    private void Append(Memory<byte> record, ModelSnapshot? published = null)
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            ServerRecord.Seal(record, time.GetElapsedTime(_lastRecordAt, now));
            _lastRecordAt = now;
            _recordBytes += record.Length;
            _commits!.Append(record, published);
        }
    }
}
