namespace Ftte.Simulation.Running;

/// <summary>Processes events in the order of virtual time until a limit is reached or the run cannot make progress.</summary>
internal sealed class EventLoop(RunInput input, RunState state, JobStarter starter, JobFinisher finisher, CohortRunner? cohorts, Evaluator evaluator, ProgressReporter progress)
{
    /// <summary>Gets a value that indicates whether all versions were published, the target was reached, the accuracy no longer improves, or the server ended training.</summary>
    private bool IsOver => state.Server.PublishedVersions >= (input.Options.MaxVersions ?? long.MaxValue) || evaluator.IsDone || evaluator.IsAtPlateau || state.Server.IsTrainingEnded;

    /// <summary>Runs the loop.</summary>
    /// <returns>The ending, and the reason if the run could not make progress.</returns>
    public async Task<(SimulationEnding Ending, string? Reason)> RunAsync(CancellationToken cancellationToken)
    {
        starter.ScheduleArrival();
        await starter.StartIdleAsync().ConfigureAwait(false);
        while (!IsOver && !starter.IsWithoutDevices && FindNextTime() is { } next)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (next > state.End)
            {
                state.Clock.AdvanceTo(state.End);
                return (SimulationEnding.MaxTimeReached, null);
            }

            await ProcessAsync(next, cancellationToken).ConfigureAwait(false);
            if (!IsOver)
            {
                if (state.Stalls.Check(state.Server.Events) is { } stall)
                {
                    return stall;
                }

                await starter.StartIdleAsync().ConfigureAwait(false);
            }

            progress.Report(state.CreatePoint(), evaluator.Newest, isLast: false);
        }

        return evaluator.IsDone ? (SimulationEnding.TargetReached, null)
            : evaluator.IsAtPlateau ? (SimulationEnding.PlateauReached, null)
            : state.Server.IsTrainingEnded ? (SimulationEnding.TrainingEnded, null)
            : IsOver ? (SimulationEnding.MaxVersionsReached, null)
            : starter.MayStart ? state.Devices.DescribeIneligibility()
            : (SimulationEnding.MaxTripsReached, null);
    }

    /// <summary>Returns the time of the next event or timer; null if there is none.</summary>
    private TimeSpan? FindNextTime()
    {
        // Without active or future jobs, the server's timer could go on forever.
        if (state.ActiveJobs.Count == 0 && !starter.MayStart)
        {
            return null;
        }

        // Without events, only a version of an incomplete buffer can make waiting devices eligible.
        TimeSpan? timer = state.Clock.NextTimer;
        return state.Events.Next is { } scheduled ? (timer < scheduled ? timer : scheduled) : state.Timers.Next;
    }

    private async Task ProcessAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        (ModelVersion before, long refused) = (state.Server.Version, state.Server.Events.RefusedVersions);
        await AdvanceAsync(time, cancellationToken).ConfigureAwait(false);
        state.Log.CountEvent();
        state.Stalls.CountRefusedVersions(state.Server.Events.RefusedVersions - refused);
        if (state.Server.Version != before)
        {
            state.Timers.Reset();
            state.Stalls.Reset();
            if (evaluator.IsDue(state.Now, state.Server.Version))
            {
                await evaluator.StartAsync(state.Server.Current, state.CreatePoint(), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task AdvanceAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        if (state.Clock.AdvanceTo(time))
        {
            // Publications that a timer requested pass the server's queue.
            state.Timers.CountFiring();
            await state.Server.DrainAsync(cancellationToken).ConfigureAwait(false);
        }

        if (!state.Events.TryTake(time, out SimulationEvent next))
        {
            return;
        }

        switch (next.Kind)
        {
            case EventKind.JobEnds:
                await finisher.FinishAsync(next.Job!).ConfigureAwait(false);
                break;
            case EventKind.DeviceArrives:
                await starter.StartArrivingAsync(next.JobDuration).ConfigureAwait(false);
                break;
            case EventKind.CohortEnds:
                await cohorts!.EndAsync(next.Cohort!).ConfigureAwait(false);
                break;
            case EventKind.CohortWaitEnds:
                await cohorts!.EndWaitsAsync().ConfigureAwait(false);
                break;
            default:
                // The loop looks for idle devices after every event.
                break;
        }
    }
}
