using System.Diagnostics;
using Ftte.Diagnostics;
using Ftte.Selection;

namespace Ftte;

/// <content>Runs one round: checks out, trains, measures or evaluates, and submits.</content>
public sealed partial class FederatedClient
{
    /// <summary>Runs one round. A broken link and a budget that is too small are part of the result; every other failure is thrown.</summary>
    private async ValueTask<ClientRound> RunRoundAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _running, 1) != 0)
        {
            throw new InvalidOperationException("A round is already running. Wait for it to end, or use another client.");
        }

        try
        {
            ClientRound round = await RunWatchedAsync(cancellationToken).ConfigureAwait(false);
            ClientMetrics.RoundEnded(round);
            if (round.IsAccepted)
            {
                _status = _status with { AcceptedUpdates = _status.AcceptedUpdates + 1 };
            }

            return round;
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    private async ValueTask<ClientRound> CheckOutTrainAndSubmitAsync(CancellationToken cancellationToken)
    {
        Enter(ClientPhase.CheckingOut);
        long started = _time.GetTimestamp();
        CheckOutResponse checkOut;
        try
        {
            checkOut = await CheckOutAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException broken)
        {
            return new ClientRound(CheckOutOutcome.None) { Error = broken, CheckOutDuration = _time.GetElapsedTime(started) };
        }

        var round = new ClientRound(checkOut.Outcome, RetryAfter: checkOut.RetryAfter) { CheckOutDuration = _time.GetElapsedTime(started) };
        if (!checkOut.IsAssigned)
        {
            return round;
        }

        _status = _status with { Version = checkOut.Assignment.Version };
        Log.RoundStarted(_logger, _options.ClientId, checkOut.Assignment.Version, checkOut.Assignment.Content, checkOut.Assignment.Selection.Count);
        started = _time.GetTimestamp();
        round = round with { Version = checkOut.Assignment.Version };
        SparseUpdate trained;
        try
        {
            trained = await TrainAsync(checkOut.Assignment, cancellationToken).ConfigureAwait(false);
        }
        catch (BudgetTooSmallException refusal)
        {
            // The server may select fewer parameters later. Until the lease has expired, the work counts as that of this device, and no other device gets it.
            Log.BudgetTooSmall(_logger, _options.ClientId, checkOut.Assignment.Version, refusal.Message);
            return round with { Error = refusal, RetryAfter = checkOut.Assignment.LeaseDuration };
        }

        using SparseUpdate update = trained;
        round = round with { TrainDuration = _time.GetElapsedTime(started) };
        round = await SubmitAsync(update, round, cancellationToken).ConfigureAwait(false);
        if (round.Receipt is { } receipt)
        {
            Log.RoundCompleted(_logger, _options.ClientId, checkOut.Assignment.Version, round.TrainDuration, receipt.Outcome);
            (_trainer as IReceiptHandler)?.HandleReceipt(update.Header.Id, receipt);
        }

        return round;
    }

    private async ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, CancellationToken cancellationToken)
    {
        using Activity? activity = FtteDiagnostics.Source.StartActivity(assignment.Content switch
        {
            UpdateContent.Importance => FtteDiagnostics.ProbeActivity,
            UpdateContent.Evaluation => FtteDiagnostics.EvaluateActivity,
            _ => FtteDiagnostics.TrainActivity,
        });
        SparseUpdate update = await WorkAsync(assignment, cancellationToken).ConfigureAwait(false);
        UpdateHeader header = update.Header;
        if (header.Client != assignment.Client || header.Id != assignment.UpdateId || KindOf(header.Content) != KindOf(assignment.Content))
        {
            update.Dispose();
            throw new InvalidOperationException(
                $"The trainer returned update {header.Id} of '{header.Client}' ({header.Content}) for assignment {assignment.UpdateId} of '{assignment.Client}' "
                + $"({assignment.Content}). Create the header with the assignment's CreateHeader.");
        }

        return update;
    }

    /// <summary>Works on an assignment, and renews its lease meanwhile.</summary>
    private async ValueTask<SparseUpdate> WorkAsync(TrainingAssignment assignment, CancellationToken cancellationToken)
    {
        LeaseRenewal? renewal = LeaseRenewal.Start(_server, assignment, _time, _logger);
        try
        {
            return await Begin(assignment with { Progress = new TrainingProgressRelay(ReportProgress) }, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (renewal is not null)
            {
                await renewal.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Begins the work of an assignment.</summary>
    private ValueTask<SparseUpdate> Begin(TrainingAssignment assignment, CancellationToken cancellationToken)
    {
        switch (assignment.Content)
        {
            case UpdateContent.Importance:
                IImportanceProbe probe = _probe ?? throw Unsupported(assignment, "measure importance");
                Enter(ClientPhase.Probing);
                return probe.ProbeAsync(assignment, _parameters, _options.MemoryBudgetBytes, cancellationToken);
            case UpdateContent.Evaluation:
                IModelEvaluator evaluator = _evaluator ?? throw Unsupported(assignment, "evaluate");
                Enter(ClientPhase.Evaluating);
                return evaluator.EvaluateAsync(assignment with { MemoryBudgetBytes = _options.MemoryBudgetBytes }, _parameters, cancellationToken);
            default:
                if (_options.Role == ClientRole.EvaluateOnly)
                {
                    throw Unsupported(assignment, "train");
                }

                Enter(ClientPhase.Training);
                return _trainer.TrainAsync(assignment with { MemoryBudgetBytes = _options.MemoryBudgetBytes }, _parameters, cancellationToken);
        }
    }

    private static InvalidOperationException Unsupported(TrainingAssignment assignment, string work) =>
        new($"The server asked '{assignment.Client}' to {work}, which this device does not support. Check the server.");

    /// <summary>Returns the content that stands for a kind of work: differences and trained parameters both come from training.</summary>
    private static UpdateContent KindOf(UpdateContent content) => content == UpdateContent.Trained ? UpdateContent.Difference : content;

    private async ValueTask<ClientRound> SubmitAsync(SparseUpdate update, ClientRound round, CancellationToken cancellationToken)
    {
        _submitBackoff.Reset();
        long started = _time.GetTimestamp();
        for (int attempt = 1; ; attempt++)
        {
            Enter(ClientPhase.Submitting);
            IOException? broken = null;
            UpdateReceipt receipt = default;
            try
            {
                receipt = await _link.SubmitAsync(update, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException error)
            {
                broken = error;
            }

            if (attempt == _options.MaxSubmitAttempts || (broken is null && receipt.Outcome != UpdateOutcome.Busy))
            {
                round = round with { SubmitDuration = _time.GetElapsedTime(started), Retries = attempt - 1 };
                return broken is null
                    ? round with { Receipt = receipt, RetryAfter = receipt.RetryAfter }
                    : round with { Error = broken };
            }

            TimeSpan wait = _submitBackoff.Next(receipt.RetryAfter);
            Log.RetryScheduled(_logger, _options.ClientId, update.Header.Id, wait, attempt + 1);
            Enter(ClientPhase.Submitting, wait);
            await WaitAsync(wait, cancellationToken).ConfigureAwait(false);
        }
    }
}
