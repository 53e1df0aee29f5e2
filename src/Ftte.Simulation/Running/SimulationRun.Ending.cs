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
        ClientRound round = await RoundOfAsync(job).ConfigureAwait(false);
        UpdateReceipt receipt = round.Receipt ?? default;
        _atWork.Remove(job);
        job.Dispose();
        (job.BytesUp, job.BytesDown) = (job.BytesUp + _link.BytesUp - up, job.BytesDown + _link.BytesDown - down);
        bool isRoundDone = _places.HasRounds && receipt.Outcome == UpdateOutcome.Buffered && assignment.Version == Version;
        if (isRoundDone || _link.LastAwaitsNextVersion)
        {
            _states[job.Device].WaitsInBuffer = Buffer;
        }

        if (receipt.Outcome == UpdateOutcome.ClientQuota)
        {
            // The server still expects the same update, and keeps its place until the lease expires.
            TimeSpan expires = job.Start + _rule.Server.LeaseDuration;
            Schedule(expires > Now ? expires : Now, new SimulationEvent(EventKind.Wake));
        }
        else
        {
            _places.End(job.Device, job.Number, Now, receipt.IsAccepted);
        }

        JobFate fate = receipt.Outcome == UpdateOutcome.Surveyed ? JobFate.Measured : receipt.IsAccepted ? JobFate.Accepted : JobFate.Rejected;
        Note(Record(job, fate, Now, age, receipt));
        Rest(job.Device);
    }

    /// <summary>Awaits a round. What the rule threw ends the run instead of counting as a broken link.</summary>
    private async Task<ClientRound> RoundOfAsync(SimulatedJob job)
    {
        try
        {
            return await job.Round.ConfigureAwait(false);
        }
        catch (IOException) when (_link.Fault is not null)
        {
            _link.Fault.Throw();
            throw;
        }
    }

    private void Note(in JobRecord job)
    {
        _ledger.Ended(job);
        _watch.Ended(job);
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
        Note(Record(job, fate, Now, Version - job.Assignment!.Version, default));
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

    /// <summary>Describes why no device can be given work.</summary>
    private (SimulationEnding Ending, string Reason) DescribeDesertion()
    {
        int gone = 0, tooSmall = 0, waiting = 0;
        foreach (int device in _idle.All)
        {
            bool returns = Returns(device);
            gone += returns ? 0 : 1;
            tooSmall += returns && IsTooSmall(device) ? 1 : 0;
            waiting += returns && !IsTooSmall(device) && IsWaiting(device) ? 1 : 0;
        }

        string counts = $"Of {_devices.Length} devices, {gone} have left for good, {tooSmall} have too little memory for the selection, and {waiting} have used their share of the buffer.";
        string failure = _events.LastFailure is { } last ? $" The selection could not be changed: {last}" : "";
        return waiting > 0
            ? (SimulationEnding.BufferCannotFill, $"The buffer cannot be completed. {counts}{failure}")
            : (SimulationEnding.Nobody, $"No device can be given work. {counts}{failure}");
    }
}
