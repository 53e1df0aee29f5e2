using System.Runtime.CompilerServices;

namespace Ftte;

/// <summary>The current version, and the news of each next one for any number of watchers.</summary>
/// <remarks>
/// Each version carries the promise of the next, so there is no list of watchers: a slow one finds its promise kept long ago and goes on with the
/// newest version. One thread publishes; any thread may read and watch.
/// </remarks>
internal sealed class VersionFeed(ModelSnapshot first)
{
    private volatile Entry _newest = new(first);

    public ModelSnapshot Current => _newest.Snapshot;

    public void Publish(ModelSnapshot snapshot)
    {
        Entry before = _newest;
        _newest = new Entry(snapshot);
        before.HasNext.SetResult(true);
    }

    /// <summary>Says that no more versions will come.</summary>
    public void Complete() => _newest.HasNext.SetResult(false);

    public async IAsyncEnumerable<ModelSnapshot> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Entry entry;
        do
        {
            entry = _newest;
            yield return entry.Snapshot;
        }
        while (await entry.HasNext.Task.WaitAsync(cancellationToken).ConfigureAwait(false));
    }

    private sealed class Entry(ModelSnapshot snapshot)
    {
        public ModelSnapshot Snapshot { get; } = snapshot;

        public TaskCompletionSource<bool> HasNext { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
