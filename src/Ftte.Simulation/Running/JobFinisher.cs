using Ftte.Simulation.Jobs;
using Ftte.Simulation.Server;

namespace Ftte.Simulation.Running;

/// <summary>Ends jobs: delivers their updates to the server, and records the outcomes.</summary>
internal sealed class JobFinisher(RunState state, CancellationToken cancellationToken)
{
    /// <summary>Ends a job at its time: its update arrives, or the device drops it.</summary>
    public async Task FinishAsync(SimulatedJob job)
    {
        if (job.Timing.IsDropped)
        {
            await AbandonAsync(job, JobOutcome.Dropped).ConfigureAwait(false);
            state.Devices.EndJob(job.Device, hasSubmitted: false);
            return;
        }

        SparseUpdate update = await job.Training!.WaitAsync(cancellationToken).ConfigureAwait(false);
        state.Devices.Keep(job.Device, job.State);
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
    }

    /// <summary>Ends all active jobs, because the run ends.</summary>
    public async Task AbandonAllAsync()
    {
        foreach (SimulatedJob job in state.ActiveJobs.OrderBy(job => job.Number).ToList())
        {
            await AbandonAsync(job, JobOutcome.Unfinished).ConfigureAwait(false);
        }
    }

    private async Task AbandonAsync(SimulatedJob job, JobOutcome outcome)
    {
        await job.AbandonAsync().ConfigureAwait(false);
        state.ActiveJobs.Remove(job);
        job.Dispose();
        Record(job, outcome, state.Server.Version - job.Assignment!.Version, default);
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
