using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Ftte.Aggregation;
using Ftte.Diagnostics;
using Ftte.PostgreSql;
using Ftte.Selection;
using Ftte.Storage;
using Microsoft.Extensions.Logging;

namespace Ftte.Orleans;

/// <summary>Represents a federation in a silo: its settings, its store, and its current version, which the front end, the shards and the publisher of this silo share.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class LocalFederation : IAsyncDisposable
{
    /// <summary>The number of earlier versions to keep in memory, for devices whose assignment was answered while a version was published.</summary>
    private const int MaxRecent = 4;

    private readonly ClusterStart _start;
    private readonly SemaphoreSlim _loading = new(1);
    private readonly Lock _lock = new();
    private readonly LinkedList<ModelSnapshot> _recent = [];
    private readonly ConcurrentDictionary<int, LocalShard> _shards = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PublishedState? _current;
    private long _published;
    private bool _isInitialized;

    public LocalFederation(
        string name,
        BufferedAggregator aggregator,
        SelectionHistory selections,
        FederatedServerOptions server,
        FtteClusterOptions cluster,
        ReselectionOptions? reselection,
        DeviceRegistry registry,
        TimeProvider time,
        ILogger logger)
    {
        (Name, Selections, Server, Cluster, Registry, Time, Logger) = (name, selections, server, cluster, registry, time, logger);
        Reselection = reselection?.CopyFor(aggregator);

        // The database knows the updates of earlier versions. In the state, which every shard reads once per version, their IDs would be the largest part.
        Aggregator = aggregator.Options.Copy();
        Aggregator.ForgetsPublishedUpdates = true;
        Start = aggregator.Current;
        ClusterOptionsGuard.Check(server, cluster);
        _start = new ClusterStart(ClusterSettings.Describe(Layout, Selections, Aggregator, cluster.Shards), Aggregator.Capacity, Start, aggregator.CaptureState());
        Store = new ClusterStore(cluster.GetStoreOptions(name));
        _published = time.GetTimestamp();
        Metrics = new FtteMetrics(
            server.CreateMeter?.Invoke() ?? new Meter(FtteDiagnostics.MeterName),
            () => _shards.Values.Sum(shard => shard.QueueLength()),
            () => _shards.Values.Sum(shard => shard.Status().DevicesAtWork),
            () => _shards.Values.Sum(shard => shard.Status().WaitingClients),
            () => SincePublication.TotalSeconds);
    }

    /// <summary>Gets the name of the federation in the database.</summary>
    public string Name { get; }

    public SelectionHistory Selections { get; }

    public BufferedAggregatorOptions Aggregator { get; }

    public FederatedServerOptions Server { get; }

    public FtteClusterOptions Cluster { get; }

    /// <summary>Gets the options of reselection; null to keep the selection.</summary>
    public ReselectionOptions? Reselection { get; }

    public DeviceRegistry Registry { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    public ClusterStore Store { get; }

    /// <summary>Gets the instruments of this silo: what its front end answered, and what its shards and its publisher did. The sum over all silos is that of the cluster.</summary>
    public FtteMetrics Metrics { get; }

    /// <summary>Gets the time since this silo learned of the current version, or since it started.</summary>
    public TimeSpan SincePublication => Time.GetElapsedTime(Volatile.Read(ref _published));

    /// <summary>Gets the model that training started from.</summary>
    public ModelSnapshot Start { get; }

    public ParameterLayout Layout => Start.Layout;

    /// <summary>Gets the state of the current buffer, as this silo knows it; null until it was read.</summary>
    public PublishedState? Current => Volatile.Read(ref _current);

    /// <summary>Returns the number of the shard that serves a client.</summary>
    public int GetShard(ClientId client) => ClusterSettings.GetShard(client, Cluster.Shards);

    /// <summary>Adds a shard that was activated in this silo to the gauges.</summary>
    public void Add(int number, LocalShard shard) => _shards[number] = shard;

    /// <summary>Removes a shard that has ended, unless it was activated again in the meantime.</summary>
    public void Remove(int number, LocalShard shard) => _shards.TryRemove(KeyValuePair.Create(number, shard));

    /// <summary>Waits until the current buffer is another one.</summary>
    /// <param name="buffer">The number of the known buffer.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task WaitForChangeAsync(long buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                changed = _changed.Task;
            }

            if (Current is { } current && current.Buffer > buffer)
            {
                return;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads the state of the current buffer, unless it is known.</summary>
    /// <exception cref="StoreException">The database cannot be read.</exception>
    public async Task<PublishedState> LoadAsync(CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isInitialized)
            {
                await Store.InitializeAsync(_start, cancellationToken).ConfigureAwait(false);
                _isInitialized = true;
            }

            (ClusterHead head, ClusterState? state) = await Store.ReadStateAsync(_current?.Buffer ?? -1, Selections.Current.Version, Layout.ParameterCount, cancellationToken).ConfigureAwait(false);
            if (state is not null)
            {
                ClusterSelection selection = Announce(state.Selections);
                ModelSnapshot model = BufferedAggregator.Restore(state.Aggregator, Layout, Selections, Aggregator).Current;
                SurveyStatus? survey = Reselection is null ? null : ClusterReselection.Load(Reselection, model.Version, state.Reselection).Survey;
                Change(new PublishedState(head.Buffer, state.Aggregator, model, selection, state.Reselection, survey));
            }

            return _current!;
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>Returns a version that was assigned to a device.</summary>
    /// <returns>The version; null if the database does not contain it any more.</returns>
    /// <exception cref="StoreException">The database cannot be read.</exception>
    public async Task<ModelSnapshot?> FindVersionAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        if (FindRecent(version) is { } known)
        {
            return known;
        }

        // The shard may run in a silo that learned of the version first.
        await LoadAsync(cancellationToken).ConfigureAwait(false);
        return FindRecent(version) ?? await Store.ReadVersionAsync(version, Layout, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync().ConfigureAwait(false);
        Metrics.Dispose();
        _loading.Dispose();
    }

    /// <summary>Announces the selections that this silo does not know.</summary>
    /// <returns>The current selection.</returns>
    /// <exception cref="StoreException">The selections are not those that follow the known ones.</exception>
    private ClusterSelection Announce(ImmutableArray<ClusterSelection> selections)
    {
        // Selections that no history keeps any more are missing before the first one, but not between the others.
        bool mayBeLater = true;
        foreach (ClusterSelection selection in selections)
        {
            (SelectionVersion current, ParameterSelection known) = Selections.Current;
            bool isKnown = selection.Version == current && selection.Selection.Equals(known);
            if (!isKnown && (selection.Version.Number <= current.Number || (!mayBeLater && selection.Version.Number > current.Number + 1)))
            {
                throw new StoreException($"Selection {selection.Version.Number} in the database does not follow selection {current.Number} of this silo. Use the same first selection in all silos.");
            }

            mayBeLater = false;
            if (!isKnown)
            {
                Selections.Follow(selection.Version, selection.Selection);
            }
        }

        return selections.IsEmpty
            ? _current?.Selection ?? new ClusterSelection(Selections.Current.Version, Selections.Current.Selection, Server.RequiredMemoryBytes)
            : selections[^1];
    }

    private ModelSnapshot? FindRecent(ModelVersion version)
    {
        lock (_lock)
        {
            return _recent.FirstOrDefault(model => model.Version == version);
        }
    }

    private void Change(PublishedState state)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (_recent.Last?.Value.Version != state.Model.Version)
            {
                _recent.AddLast(state.Model);
                Volatile.Write(ref _published, Time.GetTimestamp());
            }

            while (_recent.Count > MaxRecent)
            {
                _recent.RemoveFirst();
            }

            Volatile.Write(ref _current, state);
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }
}
