using Ftte.Simulation.Jobs;

namespace Ftte.Simulation.Running;

/// <summary>Ends jobs: delivers their updates to the server or announces them to a cohort, and records the outcomes.</summary>
internal sealed class JobFinisher(RunState state, JobDelivery delivery, CohortRunner? cohorts, CancellationToken cancellationToken)
{
    /// <summary>Ends a job at its time: its update arrives, or the device drops it.</summary>
    public async Task FinishAsync(SimulatedJob job)
    {
        if (job.Timing.IsDropped)
        {
            await delivery.AbandonAsync(job, JobOutcome.Dropped).ConfigureAwait(false);
            state.Devices.EndJob(job.Device, hasSubmitted: false);
            return;
        }

        SparseUpdate update = await job.Training!.WaitAsync(cancellationToken).ConfigureAwait(false);
        state.Devices.Keep(job.Device, job.State);
        if (cohorts is not null && state.Server.Link.EntersCohort(job.Assignment!.Content))
        {
            await cohorts.AddAsync(job, update).ConfigureAwait(false);
        }
        else
        {
            await delivery.DeliverAsync(job, update).ConfigureAwait(false);
        }
    }

    /// <summary>Ends all active jobs, because the run ends.</summary>
    public async Task AbandonAllAsync()
    {
        foreach (SimulatedJob job in state.ActiveJobs.OrderBy(job => job.Number).ToList())
        {
            await delivery.AbandonAsync(job, JobOutcome.Unfinished).ConfigureAwait(false);
        }
    }
}
