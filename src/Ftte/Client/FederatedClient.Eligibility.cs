using Ftte.Diagnostics;

namespace Ftte;

/// <content>Takes part only while the app says that the device may.</content>
public sealed partial class FederatedClient
{
    private async ValueTask<string?> GetIneligibleReasonAsync(CancellationToken cancellationToken)
    {
        string? reason = _options.GetIneligibleReason is { } getReason ? await getReason(cancellationToken).ConfigureAwait(false) : null;
        _status = _status with { IneligibleReason = reason };
        return reason;
    }

    private async ValueTask WaitUntilEligibleAsync(CancellationToken cancellationToken)
    {
        string? logged = null;
        while (await GetIneligibleReasonAsync(cancellationToken).ConfigureAwait(false) is { } reason)
        {
            if (reason != logged)
            {
                Log.NotEligible(_logger, _options.ClientId, reason);
                logged = reason;
            }

            Enter(ClientPhase.WaitingUntilReady, _options.EligibilityInterval);
            await WaitAsync(_options.EligibilityInterval, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a round that is stopped when the device is no longer eligible.</summary>
    private async ValueTask<ClientRound> RunWatchedAsync(CancellationToken cancellationToken)
    {
        if (_options.GetIneligibleReason is null)
        {
            return await CheckOutTrainAndSubmitAsync(cancellationToken).ConfigureAwait(false);
        }

        var watch = new EligibilityWatch(_options, _time, cancellationToken);
        await using (watch.ConfigureAwait(false))
        {
            try
            {
                return await CheckOutTrainAndSubmitAsync(watch.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException error) when (cancellationToken.IsCancellationRequested)
            {
                // The caller compares the token with its own, not with that of the watch.
                throw new OperationCanceledException(error.Message, error, cancellationToken);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                watch.ThrowIfFailed();
                if (watch.Reason is not { } reason)
                {
                    throw;
                }

                Log.RoundStopped(_logger, _options.ClientId, reason);
                _status = _status with { IneligibleReason = reason };
                return new ClientRound(CheckOutOutcome.None) { IneligibleReason = reason };
            }
        }
    }
}
