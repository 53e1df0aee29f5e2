using System.Diagnostics;
using Ftte.Diagnostics;

namespace Ftte;

/// <content>Answers devices: check-outs, updates, renewals of leases, and requests that wait for work.</content>
public sealed partial class FederatedServer
{
    /// <inheritdoc />
    /// <remarks>
    /// The checks are in this order: stopped, admission, layout, buffer length, memory, limits of contributions (<see cref="Aggregation.ILimitedAggregator"/>), limits of concurrency and of assignments per version. A client has at most one lease; a new request replaces the older lease.
    /// If this server published the held version, or started from it, with the fingerprint in the request, only changes are sent; otherwise all parameters are sent.
    /// Devices without enough memory for the current selection are not asked to measure importance. Devices that are asked count toward <see cref="FederatedServerOptions.MaxConcurrency"/>.
    /// </remarks>
    /// <exception cref="ArgumentException">The length of the buffer differs from the layout's parameter count, or the memory budget is negative.</exception>
    public ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        CheckOutResponse checkOut = CheckOut(request, parameters.Length, out ModelSnapshot? model);
        checkOut.Assignment?.Refreshed.Copy(model!.Parameters.Span, parameters.Span);
        return checkOut.Assignment is null || _journal is null ? new ValueTask<CheckOutResponse>(checkOut) : WhenDurableAsync(checkOut, _journal, cancellationToken);
    }

    /// <inheritdoc />
    /// <remarks>The checks and their order are the same as in <see cref="CheckOutAsync"/>.</remarks>
    /// <exception cref="ArgumentException">The memory budget is negative.</exception>
    public async ValueTask<SnapshotCheckOut> CheckOutSnapshotAsync(CheckOutRequest request, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        CheckOutResponse response = CheckOut(request, Current.Layout.ParameterCount, out ModelSnapshot? model);
        if (response.Assignment is not null && _journal is not null)
        {
            response = await WhenDurableAsync(response, _journal, cancellationToken).ConfigureAwait(false);
        }

        return new SnapshotCheckOut(response, response.IsAssigned ? model : null);
    }

    /// <inheritdoc />
    /// <remarks>
    /// A client that has used its share of the current buffer waits for the next version or selection. Any other client waits in the order of arrival, until an assignment ends or
    /// its lease expires.
    /// </remarks>
    public ValueTask WaitForWorkAsync(ClientId client, CancellationToken cancellationToken = default) => _idle.WaitAsync(client, cancellationToken);

    /// <inheritdoc />
    /// <remarks>
    /// Cancellation removes an update from the queue if its aggregation has not started. After that, the aggregator decides whether it is aggregated, and the
    /// call ends only when the update is no longer in use. An exception of the aggregator fails only the call that caused it.
    /// </remarks>
    /// <exception cref="ObjectDisposedException">The update was disposed.</exception>
    public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        _ = update.Values;
        cancellationToken.ThrowIfCancellationRequested();
        using Activity? activity = FtteDiagnostics.Source.StartActivity(FtteDiagnostics.SubmitActivity);
        UpdateReceipt receipt;
        try
        {
            receipt = await EnqueueAsync(update, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _idle.NotifyOfSlots();
        }

        activity?.SetTag(FtteDiagnostics.OutcomeTag, receipt.Outcome.ToString());
        _metrics.Answered(receipt.Outcome);
        UpdateHeader header = update.Header;
        Log.Answered(_logger, header.Client, header.Id, header.BaseVersion, receipt.Outcome, receipt.Weight);
        ReportStall();
        return receipt;
    }

    /// <inheritdoc />
    /// <remarks>A lease is renewed at most <see cref="FederatedServerOptions.MaxLeaseRenewals"/> times, so that a device whose training hangs does not keep its place.</remarks>
    public async ValueTask<bool> RenewLeaseAsync(ClientId client, UpdateId assignment, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_stopping || IsStoreFailing || !_dispatcher.Admits(client) || !_issued.Renew(client, assignment))
        {
            return false;
        }

        return _journal is null || await _journal.WhenCommitted.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns the outcome with which an update would be rejected before its values are looked at; null if it would be aggregated.</summary>
    internal UpdateOutcome? FindFault(in UpdateHeader header) =>
        _stopping ? UpdateOutcome.Stopped
        : !_dispatcher.Admits(header.Client) ? UpdateOutcome.UnknownClient
        : FindPrecheckFault(header);

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

    private async ValueTask<CheckOutResponse> WhenDurableAsync(CheckOutResponse checkOut, ServerJournal journal, CancellationToken cancellationToken) =>
        await journal.WhenCommitted.WaitAsync(cancellationToken).ConfigureAwait(false)
            ? checkOut
            : new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: _options.BusyRetryAfter);

    private async ValueTask<UpdateReceipt> EnqueueAsync(SparseUpdate update, CancellationToken cancellationToken)
    {
        if (!_dispatcher.Admits(update.Header.Client))
        {
            return new UpdateReceipt(UpdateOutcome.UnknownClient, Current.Version);
        }

        if (!_stopping && IsStoreFailing)
        {
            return new UpdateReceipt(UpdateOutcome.Busy, Current.Version, RetryAfter: _options.BusyRetryAfter);
        }

        if (!_stopping && FindPrecheckFault(update.Header) is { } outcome)
        {
            return _issued.Settle(update.Header, new UpdateReceipt(outcome, Current.Version));
        }

        var call = new QueuedCall<DurableReceipt>(cancelled => _processor.ProcessAsync(update, cancelled), cancellationToken);
        if (_queue.TryEnter(call))
        {
            DurableReceipt receipt = await call.WaitAsync().ConfigureAwait(false);
            return await receipt.WhenDurableAsync(_options.BusyRetryAfter, cancellationToken).ConfigureAwait(false);
        }

        // The queue rejects calls while it is full, and always after it is closed.
        return _stopping
            ? new UpdateReceipt(UpdateOutcome.Stopped, Current.Version)
            : new UpdateReceipt(UpdateOutcome.Busy, Current.Version, RetryAfter: _options.BusyRetryAfter);
    }

    /// <summary>Rejects an update that answers no assignment before it enters the queue.</summary>
    private UpdateOutcome? FindPrecheckFault(in UpdateHeader header) =>
        header.LayoutFingerprint != Current.Layout.Fingerprint ? UpdateOutcome.LayoutMismatch
        : !_issued.AreAnsweredBy(header) ? UpdateOutcome.NotAssigned
        : null;

    /// <summary>Checks for stalls regularly from now on. Not before a replay has ended, because it moves the clock.</summary>
    private void StartStallChecks()
    {
        if (_options.StallCheckInterval is { } interval)
        {
            _stallTimer = _time.CreateTimer(_ => ReportStall(), null, interval, interval);
        }
    }

    private void ReportStall()
    {
        if (!_stopping && _state.FindStall() is { } stall)
        {
            _metrics.Stalled();
            Log.Stalled(_logger, stall, _options.LeaseDuration);
        }
    }
}
