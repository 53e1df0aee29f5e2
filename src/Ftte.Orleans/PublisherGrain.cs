using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ftte.Aggregation;
using Ftte.PostgreSql;
using Ftte.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;

namespace Ftte.Orleans;

/// <summary>Executes the effects of <see cref="PublisherProtocol"/>: collects the sums of a closed buffer, merges them and publishes the version in one transaction.</summary>
/// <remarks>A cluster can have two publishers of a federation for a moment. Both compute the same version, and the database accepts one.</remarks>
[Reentrant]
[SuppressMessage("Reliability", "CA1001", Justification = "OnDeactivateAsync cancels the source. It is not disposed, because code that ends later still reads it; it has no timer.")]
internal sealed class PublisherGrain(IServiceProvider services, ILocalSiloDetails silo) : Grain, IPublisherGrain
{
    private readonly Dictionary<int, PartialAggregate> _parts = [];
    private readonly HashSet<int> _asked = [];
    private readonly CancellationTokenSource _ended = new();
    private LocalFederation _federation = null!;
    private PublisherProtocol _protocol = null!;
    private (long Buffer, ClusterPublication Publication, ClusterReselection? Reselection)? _computed;
    private (long Buffer, long Since)? _waiting;
    private string? _fault;
    private bool _isLoading;
    private bool _mustLoadAgain;
    private bool _isPublishing;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _federation = services.GetRequiredKeyedService<LocalFederation>(this.GetPrimaryKeyString());
        (_protocol, ImmutableArray<PublisherEffect> effects) = PublisherProtocol.Activate();
        Execute(effects);
        this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(_federation.Cluster.RefreshInterval, _federation.Cluster.RefreshInterval) { Interleave = true });
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _ended.CancelAsync();

    public Task ClosedAsync(long buffer)
    {
        (_protocol, ImmutableArray<PublisherEffect> effects) = _protocol.Closed(buffer);
        Execute(effects);
        return Task.CompletedTask;
    }

    public Task<PublisherStatus> GetStatusAsync() => Task.FromResult(new PublisherStatus(silo.SiloAddress.ToString(), _protocol.Buffer, _protocol.Waiting, _fault));

    private Task Tick()
    {
        (_protocol, ImmutableArray<PublisherEffect> effects) = _protocol.Tick();
        Execute(effects);
        return Task.CompletedTask;
    }

    private void Execute(ImmutableArray<PublisherEffect> effects)
    {
        foreach (PublisherEffect effect in effects)
        {
            switch (effect)
            {
                case PublisherEffect.Load:
                    _ = LoadAsync();
                    break;
                case PublisherEffect.Ask ask:
                    _ = AskAsync(ask);
                    break;
                case PublisherEffect.Publish publish:
                    _ = PublishAsync(publish);
                    break;
                case PublisherEffect.Announce:
                    // The database notifies all silos when the transaction commits.
                    _parts.Clear();
                    break;
            }
        }
    }

    /// <summary>Reads the database. If it is being read, it is read again afterward, because the buffer may have been closed in between.</summary>
    private async Task LoadAsync()
    {
        _mustLoadAgain = true;
        if (_isLoading)
        {
            return;
        }

        _isLoading = true;
        try
        {
            while (_mustLoadAgain)
            {
                _mustLoadAgain = false;
                await _federation.LoadAsync(_ended.Token).ConfigureAwait(true);
                (ClusterHead head, ImmutableSortedDictionary<int, int> counts) = await _federation.Store.ReadCountsAsync(_ended.Token).ConfigureAwait(true);
                _fault = null;
                (_protocol, ImmutableArray<PublisherEffect> effects) = _protocol.Loaded(head.Buffer, head.IsClosed, counts);
                Execute(effects);
                if (IsOverdue(head) && await _federation.Store.CloseAsync(head.Buffer, _federation.Aggregator.MinFlushCount, _ended.Token).ConfigureAwait(true))
                {
                    _mustLoadAgain = true;
                }
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // Whatever failed, the next tick reads again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Fail(error);
        }
        finally
        {
            _isLoading = false;
        }
    }

    /// <summary>Determines whether the time since the first update of a buffer is over. It begins when this publisher learns of the update.</summary>
    private bool IsOverdue(in ClusterHead head)
    {
        if (head.IsClosed || head.Updates == 0)
        {
            _waiting = null;
            return false;
        }

        if (_waiting is not { } waiting || waiting.Buffer != head.Buffer)
        {
            _waiting = waiting = (head.Buffer, _federation.Time.GetTimestamp());
        }

        return _federation.Server.PublishTimeout is { } timeout && head.Updates >= _federation.Aggregator.MinFlushCount && _federation.Time.GetElapsedTime(waiting.Since) >= timeout;
    }

    private async Task AskAsync(PublisherEffect.Ask ask)
    {
        if (!_asked.Add(ask.Shard))
        {
            return;
        }

        try
        {
            byte[]? bytes = await GrainFactory.GetGrain<IShardGrain>(ask.Shard, _federation.Name).GetPartAsync(ask.Buffer, ask.Count).ConfigureAwait(true);
            _asked.Remove(ask.Shard);
            if (bytes is null || ask.Buffer != _protocol.Buffer)
            {
                return;
            }

            PartialAggregate part = PartialAggregate.Read(bytes);
            if (part.Count == ask.Count)
            {
                _parts.TryAdd(ask.Shard, part);
                (_protocol, ImmutableArray<PublisherEffect> effects) = _protocol.PartReceived(ask.Shard, ask.Buffer, [.. part.ReadUpdates().Select(update => new UpdateName(update.Client, update.Id))]);
                Execute(effects);
            }
        }
#pragma warning disable CA1031 // Whatever failed, the next tick asks again: the shard moves to another silo, or its message is corrupt.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _asked.Remove(ask.Shard);
            Fail(error);
        }
    }

    private async Task PublishAsync(PublisherEffect.Publish publish)
    {
        if (_isPublishing)
        {
            return;
        }

        _isPublishing = true;
        try
        {
            (ClusterPublication publication, ClusterReselection? reselection) = await ComputeAsync(publish).ConfigureAwait(true);
            PublicationOutcome outcome = await _federation.Store.PublishAsync(publish.Buffer, publication, _ended.Token).ConfigureAwait(true);
            _computed = null;
            if (outcome == PublicationOutcome.NotCurrent)
            {
                ClusterLog.PublishedElsewhere(_federation.Logger, publish.Buffer, _federation.Name);
            }
            else if (publication.Version is { } version)
            {
                _federation.Metrics.Published();
                ClusterLog.Published(_federation.Logger, version.Version, _federation.Name, publish.Buffer, publish.Updates.Length);
                if (outcome == PublicationOutcome.Complete && publication.Decision is not null)
                {
                    reselection!.Report(_federation.Logger);
                    _ = DeleteOutdatedClientsAsync();
                }
            }
            else
            {
                _federation.Metrics.Refused();
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // Whatever failed, the transaction is repeated after the next tick.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Fail(error);
            return;
        }
        finally
        {
            _isPublishing = false;
        }

        (_protocol, ImmutableArray<PublisherEffect> effects) = _protocol.PublicationEnded();
        Execute(effects);
    }

    /// <summary>Merges the sums of all shards and decides about the selection.</summary>
    private async Task<(ClusterPublication Publication, ClusterReselection? Reselection)> ComputeAsync(PublisherEffect.Publish publish)
    {
        if (_computed is { } computed && computed.Buffer == publish.Buffer)
        {
            return (computed.Publication, computed.Reselection);
        }

        PublishedState state = _federation.Current is { } current && current.Buffer == publish.Buffer
            ? current
            : throw new InvalidOperationException($"The state of buffer {publish.Buffer} is not the current one of this silo.");
        BufferedAggregator aggregator = BufferedAggregator.Restore(state.State, _federation.Layout, _federation.Selections, _federation.Aggregator);
        UpdateOutcome outcome = UpdateOutcome.None;
        foreach ((_, PartialAggregate part) in _parts.OrderBy(part => part.Key))
        {
            outcome = aggregator.Merge(part);
        }

        // The database closed the buffer, because it has timed out.
        outcome = outcome == UpdateOutcome.Buffered ? aggregator.PublishParts() : outcome;
        if (outcome is not (UpdateOutcome.Published or UpdateOutcome.Refused))
        {
            throw new InvalidOperationException($"The parts of buffer {publish.Buffer} were answered with {outcome} instead of a version. Use the same capacity in all silos.");
        }

        if (outcome == UpdateOutcome.Refused)
        {
            ClusterLog.Refused(_federation.Logger, publish.Buffer, _federation.Name, aggregator.LatestRefusal!.Reason);
        }

        ModelSnapshot? version = outcome == UpdateOutcome.Published ? aggregator.Current : null;
        var publication = new ClusterPublication(aggregator.CaptureState(), version, Math.Max(_federation.Aggregator.MaxAgeOrDefault, UpdateValidator.MinRetainedVersions));
        ClusterReselection? reselection = null;
        if (version is not null && _federation.Reselection is { } options)
        {
            reselection = ClusterReselection.Load(options, state.Model.Version, state.Reselection);
            try
            {
                publication = publication with { Decision = await reselection.DecideAsync(_federation, state.Selection, version.Version, _ended.Token).ConfigureAwait(true) };
            }
            catch (StoreException error)
            {
                // All shards wait for the version. The next one decides.
                reselection.ReportFailure(_federation.Logger, version.Version, error);
            }
        }

        _computed = (publish.Buffer, publication, reselection);
        return (publication, reselection);
    }

    private async Task DeleteOutdatedClientsAsync()
    {
        try
        {
            await _federation.Store.DeleteOutdatedClientsAsync(_federation.Server.ClientRetention, _federation.Server.MaxClients, _ended.Token).ConfigureAwait(true);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
        }
        catch (StoreException error)
        {
            // After the next decision again.
            Fail(error);
        }
    }

    private void Fail(Exception error)
    {
        if (_fault is null)
        {
            ClusterLog.PublisherRepeats(_federation.Logger, _federation.Name, error.Message);
        }

        _fault = error.Message;
    }
}
