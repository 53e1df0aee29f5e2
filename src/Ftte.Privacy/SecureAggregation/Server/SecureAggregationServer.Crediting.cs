namespace Ftte.Privacy.SecureAggregation;

/// <content>Passes the mean of a cohort to the federated server, under the IDs of its contributors.</content>
public sealed partial class SecureAggregationServer
{
    /// <summary>Waits for the sum, and submits its mean once per contributor.</summary>
    /// <returns>The receipts of the members; null for those that did not contribute.</returns>
    private async Task<UpdateReceipt?[]> CreditAsync(CohortRun run)
    {
        var receipts = new UpdateReceipt?[run.Headers.Length];
        try
        {
            CohortSum sum = await run.Sum.ConfigureAwait(false);
            float[] mean = CohortSum.ComputeMean(sum.Values.Span, run.Description.Quantization, sum.Contributors.Length);
            await _crediting.WaitAsync().ConfigureAwait(false);
            try
            {
                await CreditAsync(run, sum, mean, receipts).ConfigureAwait(false);
            }
            finally
            {
                _crediting.Release();
            }

            SecureAggregationLog.Aggregated(_logger, run.Id, sum.Contributors.Length, receipts.Length);
        }
        catch (SecureAggregationException failure)
        {
            // Its members know: every call fails with the reason.
            SecureAggregationLog.Failed(_logger, run.Id, failure.Refusal, failure.Message);
        }
        catch (Exception error)
        {
            SecureAggregationLog.NotAggregated(_logger, error, run.Id);
            throw;
        }
        finally
        {
            lock (_lock)
            {
                _cohorts.End(run, receipts);
            }
        }

        return receipts;
    }

    /// <summary>Submits the mean of one cohort, and publishes it as one version.</summary>
    private async Task CreditAsync(CohortRun run, CohortSum sum, float[] mean, UpdateReceipt?[] receipts)
    {
        foreach (int member in sum.Contributors)
        {
            using var update = SparseUpdate.Create(run.Headers[member], mean);
            receipts[member] = await SubmitAsync(update).ConfigureAwait(false);
        }

        if (!receipts.Any(receipt => receipt?.Outcome is UpdateOutcome.Published or UpdateOutcome.Refused))
        {
            await _server.FlushAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Submits an update, also if the queue of the server is full: its cohort cannot be asked again.</summary>
    private async Task<UpdateReceipt> SubmitAsync(SparseUpdate update)
    {
        while (true)
        {
            UpdateReceipt receipt = await _server.SubmitAsync(update).ConfigureAwait(false);
            if (receipt.Outcome != UpdateOutcome.Busy)
            {
                return receipt;
            }

            await Task.Delay(receipt.RetryAfter ?? TimeSpan.FromSeconds(1), _time).ConfigureAwait(false);
        }
    }
}
