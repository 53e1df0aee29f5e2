using System.Runtime.CompilerServices;

namespace Ftte;

/// <summary>Provides the current version and notifies any number of watchers of each publication.</summary>
/// <remarks>
/// Each entry has a task that completes with the next publication, so there is no list of watchers. A slow watcher finds its task completed and continues with the
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

    /// <summary>Signals that no more versions will be published.</summary>
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
