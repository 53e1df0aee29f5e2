using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Storage;

namespace Ftte;

/// <content>Reports the status of the server.</content>
public sealed partial class FederatedServer
{
    /// <summary>Gets the status of the server.</summary>
    public FederatedServerStatus Status
    {
        get
        {
            DispatchStatus status = _state.GetStatus();
            return new FederatedServerStatus
            {
                Version = Current.Version,
                ParameterCount = Current.Layout.ParameterCount,
                SincePublication = status.SincePublication,
                QueueLength = _queue.Length,
                QueueCapacity = _options.QueueCapacity,
                DevicesAtWork = status.DevicesAtWork,
                WaitingClients = status.WaitingClients,
                KnownClients = status.KnownClients,
                IsStopped = _stopping,
                IsTrainingEnded = IsTrainingEnded,
                StoreFault = StoreFault,
                LatestRefusal = (_aggregator as IGuardedAggregator)?.LatestRefusal,
                LatestEvaluation = LatestEvaluation,
            };
        }
    }

    /// <summary>Gets the meter of this server's instruments, to tell them apart from those of other servers in the process.</summary>
    public Meter Meter => _metrics.Meter;

    /// <summary>Returns the clients that were seen last.</summary>
    /// <param name="max">The maximum number of clients, at least 1. Check-outs wait while the records are copied.</param>
    /// <returns>The clients, most recently seen first.</returns>
    public ImmutableArray<KnownClient> GetClients(int max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        return _state.GetClients(max);
    }

    /// <inheritdoc />
    ValueTask<FederatedServerStatus> IServerStatusSource.GetStatusAsync(CancellationToken cancellationToken) => new(Status);

    /// <inheritdoc />
    ValueTask<ImmutableArray<KnownClient>> IServerStatusSource.GetClientsAsync(int max, CancellationToken cancellationToken) => new(GetClients(max));

    /// <summary>Gets the result of the latest reselection, with its certificate; null before the first.</summary>
    /// <value>Does not include the initial selection and selections set with <see cref="ChangeSelection"/>.</value>
    public SelectionResult? LatestSelection => _reselection?.Latest;

    /// <summary>Gets a value that indicates whether the limits allow another assignment to train now: <see cref="FederatedServerOptions.MaxConcurrency"/> and <see cref="FederatedServerOptions.MaxAssignmentsPerVersion"/>.</summary>
    /// <value>False after the server was stopped and after training has ended. If devices check out at the same time, only the answer to a check-out is certain.</value>
    public bool CanAssign => !_stopping && _state.GetStatus().CanAssign;

    /// <summary>Gets the latest evaluation by devices; null before the first has closed.</summary>
    /// <value>Not part of a <see cref="ServerState"/>. To receive every evaluation, set <see cref="EvaluationOptions.Evaluated"/>.</value>
    public FederatedEvaluation? LatestEvaluation => _evaluation?.Latest;

    /// <summary>Gets the best evaluated version by the watched metric; see <see cref="EvaluationOptions.KeepBest"/>.</summary>
    /// <value>Null if no version has been evaluated by at least half of the requested devices, or if the best one is not kept.</value>
    public ModelSnapshot? BestModel => _evaluation?.BestModel;

    /// <summary>Gets a value that indicates whether the server assigns no more training, because the model has stopped improving (<see cref="EvaluationOptions.Patience"/>) or no client may contribute any more (<see cref="Aggregation.ILimitedAggregator.EndReason"/>).</summary>
    public bool IsTrainingEnded => _state.IsTrainingEnded || _evaluation is { IsTrainingEnded: true };

    /// <summary>Determines whether a client would be asked to evaluate if it requested work now and could evaluate.</summary>
    /// <param name="client">The client.</param>
    /// <returns>True if answers are missing, the client was not asked yet, and the limits allow another assignment. If devices check out at the same time, only the answer to a check-out is certain.</returns>
    public bool CanEvaluate(ClientId client) => !_stopping && _dispatcher.CanEvaluate(client);

    /// <summary>Determines whether a client gets no training before the next version, because it has used its share of the current buffer.</summary>
    /// <param name="client">The client.</param>
    /// <returns>True if the server answers the client's check-outs with <see cref="CheckOutOutcome.Busy"/> until then, unless it asks for an importance measurement or an evaluation.</returns>
    public bool AwaitsNextVersion(ClientId client) => _state.AwaitsNextVersion(client);

    /// <summary>Gets the reason why the store accepts no commits; null if it works or the server has no store.</summary>
    /// <value>
    /// While it is not null, the server answers check-outs and updates with <c>Busy</c>. If <see cref="StoreException.IsTransient"/>, the server repeats the commit every
    /// <see cref="FederatedServerOptions.BusyRetryAfter"/> and continues when it succeeds; otherwise it must be restarted after the cause was corrected.
    /// </value>
    public StoreException? StoreFault => _journal?.Fault;
}
