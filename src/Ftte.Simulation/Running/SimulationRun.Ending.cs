namespace Ftte.Simulation;

/// <content>How jobs end: with an update, by dropping out, or with the run.</content>
internal sealed partial class SimulationRun
{
    private async Task EndAsync(SimulatedJob job)
    {
        if (job.Timing.IsDropped)
        {
            await AbandonAsync(job, JobFate.Dropped).ConfigureAwait(false);
            Rest(job.Device);
            return;
        }

        SparseUpdate update = await job.Training!.WaitAsync(_stop.Token).ConfigureAwait(false);
        TrainingAssignment assignment = job.Assignment!;
        long age = Version - assignment.Version, up = _link.BytesUp, down = _link.BytesDown;
        job.Arrive(update);
        ClientRound round = await job.Round.ConfigureAwait(false);
        UpdateReceipt receipt = round.Receipt ?? default;
        _atWork.Remove(job);
        job.Dispose();
        (job.BytesUp, job.BytesDown) = (job.BytesUp + _link.BytesUp - up, job.BytesDown + _link.BytesDown - down);
        if (receipt.Outcome != UpdateOutcome.ClientQuota)
        {
            _places.End(job.Device, job.Number, Now, receipt.IsAccepted);
        }

        if (receipt.Outcome is UpdateOutcome.Buffered or UpdateOutcome.Published)
        {
            _states[job.Device].AcceptedIn = assignment.Version;
        }

        JobFate fate = receipt.Outcome == UpdateOutcome.Surveyed ? JobFate.Measured : receipt.IsAccepted ? JobFate.Accepted : JobFate.Rejected;
        _ledger.Ended(Record(job, fate, Now, age, receipt));
        if (receipt.Outcome == UpdateOutcome.ClientQuota)
        {
            await AskAgainAsync(job).ConfigureAwait(false);
        }
        else
        {
            Rest(job.Device);
        }
    }

    /// <summary>Lets a device ask for new work to which the server still gives the place of the old: with it, nobody else can have that place.</summary>
    private async Task AskAgainAsync(SimulatedJob job)
    {
        _states[job.Device].IdleSince = Now;
        bool asks = _options.Arrivals is null && MayBegin && CanBeAsked(job.Device);
        if (asks && await BeginAsync(job.Device, null).ConfigureAwait(false) == CheckOutOutcome.Assigned)
        {
            return;
        }

        if (!asks)
        {
            _idle.Add(job.Device);
        }

        TimeSpan expires = job.Start + _rule.Server.LeaseDuration;
        Schedule(expires > Now ? expires : Now, new SimulationEvent(EventKind.Wake));
    }

    private void Rest(int device)
    {
        _states[device].IdleSince = Now;
        _idle.Add(device);
    }

    private async Task AbandonAsync(SimulatedJob job, JobFate fate)
    {
        await job.AbandonAsync().ConfigureAwait(false);
        _atWork.Remove(job);
        job.Dispose();
        _ledger.Ended(Record(job, fate, Now, Version - job.Assignment!.Version, default));
    }

    private async Task AbandonAllAsync()
    {
        foreach (SimulatedJob job in _atWork.OrderBy(job => job.Number).ToList())
        {
            await AbandonAsync(job, JobFate.Unfinished).ConfigureAwait(false);
        }

        await _evaluations.AbandonAsync().ConfigureAwait(false);
    }

    private static JobRecord Record(SimulatedJob job, JobFate fate, TimeSpan end, long age, UpdateReceipt receipt) => new(
        job.Number,
        job.Device,
        job.Start,
        end,
        fate,
        receipt.Outcome,
        job.Assignment!.Version,
        age,
        receipt.Weight,
        job.BytesDown,
        job.BytesUp,
        fate == JobFate.Unfinished ? 0 : job.DoneAhead + (long)((job.Cost.MultiplyAdds - job.DoneAhead) * job.Timing.ShareDone));
}
