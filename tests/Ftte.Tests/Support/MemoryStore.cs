using Ftte.Storage;

namespace Ftte.Tests;

/// <summary>A store in memory that fails or waits on demand.</summary>
internal sealed class MemoryStore : IServerStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, byte[]> _records = [];
    private StoreCheckpoint? _checkpoint;

    /// <summary>Gets or sets what happens before a commit, such as to throw.</summary>
    public Func<StoreBatch, Task> OnCommit { get; set; } = _ => Task.CompletedTask;

    /// <summary>Gets or sets what happens after a commit, such as to throw although it succeeded.</summary>
    public Action AfterCommit { get; set; } = () => { };

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public DateTimeOffset CommittedAt { get; private set; }

    public int Commits { get; private set; }

    public List<ModelVersion> Versions { get; } = [];

    public int RecordCount
    {
        get
        {
            lock (_lock)
            {
                return _records.Count;
            }
        }
    }

    public ValueTask<StoreContent> LoadAsync(CancellationToken cancellationToken = default) =>
        new(new StoreContent(_checkpoint, _records.Select(record => new StoreRecord(record.Key, record.Value)).ToArray().ToAsyncEnumerable()));

    public async ValueTask CommitAsync(StoreBatch batch, CancellationToken cancellationToken = default)
    {
        await OnCommit(batch);
        lock (_lock)
        {
            foreach (StoreRecord record in batch.Records)
            {
                if (record.Number > (batch.Checkpoint ?? _checkpoint)?.Position)
                {
                    _records.TryAdd(record.Number, record.Bytes.ToArray());
                }
            }

            _checkpoint = batch.Checkpoint ?? _checkpoint;
            foreach (long superseded in _records.Keys.Where(number => number <= _checkpoint?.Position).ToArray())
            {
                _records.Remove(superseded);
            }

            Versions.AddRange(batch.Versions.Select(version => version.Version));
            Commits++;
            CommittedAt = Time.GetUtcNow();
        }

        AfterCommit();
    }

    /// <summary>Returns what is durable now.</summary>
    public MemoryStore Copy()
    {
        lock (_lock)
        {
            var copy = new MemoryStore { _checkpoint = _checkpoint, Time = Time, CommittedAt = CommittedAt };
            foreach ((long number, byte[] bytes) in _records)
            {
                copy._records.Add(number, bytes);
            }

            return copy;
        }
    }

    /// <summary>Changes a byte of a record.</summary>
    public void Damage(int record, int at)
    {
        lock (_lock)
        {
            _records.ElementAt(record).Value[at] ^= 0x10;
        }
    }

    public ValueTask DisposeAsync() => default;
}
