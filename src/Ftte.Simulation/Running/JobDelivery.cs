using Ftte.Simulation.Jobs;
using Ftte.Simulation.Server;

namespace Ftte.Simulation.Running;

/// <summary>Delivers updates to the server, ends jobs without one, and records the outcomes.</summary>
internal sealed class JobDelivery(RunState state)
{
    /// <summary>Delivers an update, and ends its job.</summary>
    public async Task<UpdateReceipt> DeliverAsync(SimulatedJob job, SparseUpdate update)
    {
        TrainingAssignment assignment = job.Assignment!;
        WireLink link = state.Server.Link;
        long age = state.Server.Version - assignment.Version, up = link.BytesUp, down = link.BytesDown;
        ClientRound round = await link.CompleteAsync(job.DeliverAsync(update)).ConfigureAwait(false);
        UpdateReceipt receipt = round.Receipt ?? default;
        state.ActiveJobs.Remove(job);
        job.Dispose();
        (job.BytesUp, job.BytesDown) = (job.BytesUp + link.BytesUp - up, job.BytesDown + link.BytesDown - down);
        if (receipt.Outcome == UpdateOutcome.ClientQuota)
        {
            // The server still expects the update, so the lease counts until it expires.
            TimeSpan expiry = job.Start + assignment.LeaseDuration;
            state.Events.Add(expiry > state.Now ? expiry : state.Now, new SimulationEvent(EventKind.Wake));
        }

        JobOutcome outcome = receipt.Outcome switch
        {
            UpdateOutcome.Surveyed => JobOutcome.Measured,
            UpdateOutcome.Evaluated => JobOutcome.Evaluated,
            _ => receipt.IsAccepted ? JobOutcome.Accepted : JobOutcome.Rejected,
        };
        Record(job, outcome, age, receipt);
        state.Devices.EndJob(job.Device, hasSubmitted: true);
        return receipt;
    }

    /// <summary>Ends a job without an update.</summary>
    public async Task AbandonAsync(SimulatedJob job, JobOutcome outcome, UpdateReceipt receipt = default)
    {
        await job.AbandonAsync().ConfigureAwait(false);
        state.ActiveJobs.Remove(job);
        job.Dispose();
        Record(job, outcome, state.Server.Version - job.Assignment!.Version, receipt);
    }

    private void Record(SimulatedJob job, JobOutcome outcome, long age, UpdateReceipt receipt)
    {
        long multiplyAdds = outcome == JobOutcome.Unfinished ? 0 : job.DoneAhead + (long)((job.Cost.MultiplyAdds - job.DoneAhead) * job.Timing.ShareDone);
        var record = new JobRecord(
            job.Number, job.Device, job.Start, state.Now, outcome, receipt.Outcome, job.Assignment!.Version, age, receipt.Weight, job.BytesDown, job.BytesUp, multiplyAdds);
        state.Log.Add(record);
        state.Stalls.CountJob(record);
    }
}
