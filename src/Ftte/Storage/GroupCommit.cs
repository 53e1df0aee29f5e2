namespace Ftte.Storage;

/// <summary>Commits what several callers append while the previous commit is in progress as one batch.</summary>
/// <remarks>
/// <para>If a commit fails, all waiting callers are told so at once. A transient failure is repeated with the same batch until it succeeds; nothing new is accepted
/// until then, so that memory stays bounded. After any other failure, nothing is committed anymore.</para>
/// <para>Thread-safe.</para>
/// </remarks>
internal sealed class GroupCommit : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly IServerStore _store;
    private readonly TimeProvider _time;
    private readonly TimeSpan _retryAfter;
    private readonly Action<StoreException?> _changed;
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private Pending _open = new();
    private Pending? _committing;
    private volatile StoreException? _fault;
    private bool _isClosed;

    /// <param name="store">The store, loaded.</param>
    /// <param name="lastNumber">The number of the last record in the store.</param>
    /// <param name="time">The clock of retries.</param>
    /// <param name="retryAfter">The time between two attempts.</param>
    /// <param name="changed">Called when commits begin to fail, with the reason, and when they succeed again, with null.</param>
    public GroupCommit(IServerStore store, long lastNumber, TimeProvider time, TimeSpan retryAfter, Action<StoreException?> changed)
    {
        (_store, LastNumber, _time, _retryAfter, _changed) = (store, lastNumber, time, retryAfter, changed);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Gets the number of the last record that was appended.</summary>
    public long LastNumber { get; private set; }

    /// <summary>Gets the reason why nothing is committed; null if the last commit succeeded.</summary>
    public StoreException? Fault => _fault;

    /// <summary>Gets the number of bytes that wait for the next batch.</summary>
    public long PendingBytes
    {
        get
        {
            lock (_lock)
            {
                return _open.Bytes;
            }
        }
    }

    /// <summary>Gets a task that completes with true when everything that was appended before is durable, or with false if it may not become so.</summary>
    public Task<bool> WhenCommitted
    {
        get
        {
            lock (_lock)
            {
                return _fault is not null || _isClosed ? Task.FromResult(false)
                    : !_open.IsEmpty ? _open.IsDurable.Task
                    : _committing?.IsDurable.Task ?? Task.FromResult(true);
            }
        }
    }

    /// <summary>Appends a record, and the version that was published with it.</summary>
    public void Append(ReadOnlyMemory<byte> record, ModelSnapshot? published = null)
    {
        lock (_lock)
        {
            _open.Records.Add(new StoreRecord(++LastNumber, record));
            _open.Bytes += record.Length;
            if (published is not null)
            {
                _open.Versions.Add(published);
            }

            Signal();
        }
    }

    /// <summary>Appends a checkpoint, and the version to keep with it.</summary>
    public void Append(StoreCheckpoint checkpoint, ModelSnapshot? published = null)
    {
        lock (_lock)
        {
            _open.Checkpoint = checkpoint;
            _open.Bytes += checkpoint.Bytes.Length;
            if (published is not null)
            {
                _open.Versions.Add(published);
            }

            Signal();
        }
    }

    /// <summary>Commits what was appended, once more if commits fail, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _isClosed = true;
            Signal();
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _stop.Dispose();
        _signal.Dispose();
    }

    private void Signal()
    {
        if (_signal.CurrentCount == 0)
        {
            _signal.Release();
        }
    }

    private async Task RunAsync()
    {
        while (true)
        {
            await _signal.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            while (Take() is { } batch)
            {
                if (!await CommitAsync(batch).ConfigureAwait(false))
                {
                    return;
                }
            }

            lock (_lock)
            {
                if (_isClosed && _open.IsEmpty)
                {
                    return;
                }
            }
        }
    }

    private Pending? Take()
    {
        lock (_lock)
        {
            if (_open.IsEmpty)
            {
                return null;
            }

            _committing = _open;
            _open = new Pending();
            return _committing;
        }
    }

    /// <summary>Commits a batch, however often it takes.</summary>
    /// <returns>True if it was committed; false if the loop must end.</returns>
    private async Task<bool> CommitAsync(Pending pending)
    {
        StoreBatch batch = pending.ToBatch();
        while (true)
        {
            try
            {
                await _store.CommitAsync(batch, CancellationToken.None).ConfigureAwait(false);
                Succeed(pending);
                return true;
            }
#pragma warning disable CA1031 // Whatever a store throws, the callers must be answered.
            catch (Exception error)
#pragma warning restore CA1031
            {
                StoreException fault = error as StoreException ?? new StoreException($"The store failed: {error.Message}", error);
                Fail(pending, fault);
                if (!fault.IsTransient || !await WaitAsync().ConfigureAwait(false))
                {
                    return false;
                }
            }
        }
    }

    private void Succeed(Pending pending)
    {
        bool recovers;
        lock (_lock)
        {
            recovers = _fault is not null;
            _fault = null;
            _committing = null;
            if (recovers && _open.IsDurable.Task.IsCompleted)
            {
                _open = _open.Renew();
            }
        }

        pending.IsDurable.TrySetResult(true);
        if (recovers)
        {
            _changed(null);
        }
    }

    private void Fail(Pending pending, StoreException fault)
    {
        bool isNew;
        lock (_lock)
        {
            isNew = _fault?.Message != fault.Message;
            _fault = fault;
            _open.IsDurable.TrySetResult(false);
        }

        pending.IsDurable.TrySetResult(false);
        if (isNew)
        {
            _changed(fault);
        }
    }

    /// <summary>Waits for the next attempt.</summary>
    /// <returns>False if the loop was stopped and has made its last attempt.</returns>
    private async Task<bool> WaitAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return false;
        }

        await Task.Delay(_retryAfter, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return true;
    }

    /// <summary>Represents a batch that is being collected.</summary>
    private sealed class Pending
    {
        public List<StoreRecord> Records { get; private init; } = [];

        public List<ModelSnapshot> Versions { get; private init; } = [];

        public StoreCheckpoint? Checkpoint { get; set; }

        public long Bytes { get; set; }

        // Continuations run asynchronously, so that no caller blocks the loop.
        public TaskCompletionSource<bool> IsDurable { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsEmpty => Records.Count == 0 && Checkpoint is null;

        public StoreBatch ToBatch() => new(Records, Checkpoint, Versions);

        /// <summary>Returns the same content with a new task, because the waiting callers of this one were told that it failed.</summary>
        public Pending Renew() => new() { Records = Records, Versions = Versions, Checkpoint = Checkpoint, Bytes = Bytes };
    }
}
