using System.Diagnostics;
using Ftte.Diagnostics;

namespace Ftte;

/// <content>Answers the endpoints of a transport, which send the parameters from the shared snapshot and hold the requests of idle devices.</content>
public sealed partial class FederatedServer
{
    private readonly WorkWaiters _awaitingSlot = new();
    private readonly WorkWaiters _awaitingVersion = new();

    /// <inheritdoc />
    /// <remarks>The checks and their order are the same as in <see cref="CheckOutAsync"/>.</remarks>
    /// <exception cref="ArgumentException">The memory budget is negative.</exception>
    public async ValueTask<SnapshotCheckOut> CheckOutSnapshotAsync(CheckOutRequest request, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        CheckOutResponse response = CheckOut(request, Current.Layout.ParameterCount, out ModelSnapshot? model);
        if (response.Assignment is not null && _journal is not null)
        {
            response = await WhenDurableAsync(response, _journal.WhenCommitted, cancellationToken).ConfigureAwait(false);
        }

        return new SnapshotCheckOut(response, response.IsAssigned ? model : null);
    }

    /// <inheritdoc />
    /// <remarks>
    /// A client that has used its share of the current buffer waits for the next version or selection. Any other client waits in the order of arrival, until an assignment ends or
    /// its lease expires.
    /// </remarks>
    public async ValueTask WaitForWorkAsync(ClientId client, CancellationToken cancellationToken = default)
    {
        bool awaitsVersion = AwaitsNextVersion(client);
        WorkWaiters waiters = awaitsVersion ? _awaitingVersion : _awaitingSlot;
        if (awaitsVersion)
        {
            // The client may have been notified of a slot that it cannot use.
            NotifyOfSlots();
        }

        LinkedListNode<TaskCompletionSource> waiter = waiters.Add();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            if (_stopping || (CanAssign && !AwaitsNextVersion(client)))
            {
                return;
            }

            TimeSpan? expiry = awaitsVersion ? null : _dispatcher.UntilLeaseExpires;
            Task expired = Task.Delay(expiry ?? Timeout.InfiniteTimeSpan, _time, ended.Token);
            await Task.WhenAny(waiter.Value.Task, expired).ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested)
            {
                NotifyOfSlots();
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            waiters.Remove(waiter);
            await ended.CancelAsync().ConfigureAwait(false);
        }
    }

    private CheckOutResponse CheckOut(CheckOutRequest request, int parameterCount, out ModelSnapshot? model)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfNegative(request.MemoryBudgetBytes, nameof(request));
        using Activity? activity = FtteDiagnostics.Source.StartActivity(FtteDiagnostics.CheckOutActivity);
        model = null;
        CheckOutResponse checkOut = _stopping ? new CheckOutResponse(CheckOutOutcome.Stopped)
            : IsStoreFailing ? new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: _options.BusyRetryAfter)
            : _dispatcher.Assign(request, parameterCount, out model);
        activity?.SetTag(FtteDiagnostics.OutcomeTag, checkOut.Outcome.ToString());
        _metrics.CheckedOut(checkOut.Outcome);
        Log.CheckedOut(_logger, request.Client, checkOut.Outcome);
        ReportStall();
        return checkOut;
    }

    /// <summary>Notifies waiting clients after an assignment may have ended.</summary>
    private void NotifyOfSlots()
    {
        if (_awaitingSlot.Count > 0)
        {
            _awaitingSlot.Notify(_dispatcher.FreeAssignments);
        }
    }

    /// <summary>Notifies all waiting clients after a version, a refusal, another selection or the end of the server.</summary>
    private void NotifyAllWaiting()
    {
        _awaitingVersion.Notify();
        _awaitingSlot.Notify(_stopping ? int.MaxValue : _dispatcher.FreeAssignments);
    }
}
