using Ftte.Simulation.Clock;
using Ftte.Simulation.Jobs;
using Ftte.Simulation.Randomness;
using Ftte.Simulation.Server;

namespace Ftte.Simulation.Running;

/// <summary>Starts jobs: checks out assignments for eligible devices, and schedules the ends of the jobs.</summary>
internal sealed class JobStarter(RunInput input, RunState state, JobTrainer trainer, CancellationToken cancellationToken)
{
    /// <summary>The maximum cost of a job, which takes any device days. Thousands of such jobs can be added without overflow.</summary>
    private const long MaxMultiplyAdds = 1_000_000_000_000_000;

    private readonly SimulationOptions _options = input.Options;
    private long _arrivals;
    private TimeSpan _lastArrival;

    /// <summary>Gets a value that indicates whether the run may begin another job.</summary>
    public bool MayStart => state.Log.Totals.Trips < (_options.MaxTrips ?? long.MaxValue);

    /// <summary>Gets a value that indicates whether a device arrived while no device was or could become eligible.</summary>
    public bool IsWithoutDevices { get; private set; }

    /// <summary>Starts jobs on idle devices while the server has work (closed loop).</summary>
    public async Task StartIdleAsync()
    {
        while (_options.Arrivals is null && MayStart && state.Server.CanAssign)
        {
            int device = state.Devices.TakeEligible();
            if (device < 0)
            {
                if (state.Devices.FindNextReturn() is { } time)
                {
                    state.Events.AddWake(time);
                }

                return;
            }

            if (await StartAsync(device, null).ConfigureAwait(false) is not (CheckOutOutcome.Assigned or CheckOutOutcome.NotEnoughMemory))
            {
                return;
            }
        }
    }

    /// <summary>Starts a job on a device that arrives by itself (open loop), and schedules the next arrival.</summary>
    public async Task StartArrivingAsync(TimeSpan? duration)
    {
        ScheduleArrival();
        int device = MayStart ? state.Devices.TakeEligible() : -1;
        if (device >= 0)
        {
            await StartAsync(device, duration).ConfigureAwait(false);
        }
        else if (MayStart && state.ActiveJobs.Count == 0)
        {
            // An endless arrival process must not go on forever without devices.
            IsWithoutDevices = !state.Devices.HasCandidates(mayPublish: state.Timers.Next is not null);
        }
    }

    /// <summary>Schedules the next arrival of the open loop, if there is one.</summary>
    public void ScheduleArrival()
    {
        if (MayStart && _options.Arrivals?.At(_arrivals++, _options.Seed) is { } arrival)
        {
            _lastArrival += arrival.Gap;
            state.Events.Add(_lastArrival, new SimulationEvent(EventKind.DeviceArrives, JobDuration: arrival.JobDuration));
        }
    }

    private async Task<CheckOutOutcome> StartAsync(int device, TimeSpan? duration)
    {
        WireLink link = state.Server.Link;
        long up = link.BytesUp, down = link.BytesDown;
        var job = new SimulatedJob(state.Log.Totals.Trips, device, state.Now, input.Start.Layout, cancellationToken);
        await job.CheckOutAsync(CreateClient(device, job)).ConfigureAwait(false);
        if (job.Assignment is not { } assignment)
        {
            ClientRound refused = await link.CompleteAsync(job.WaitForRoundAsync()).ConfigureAwait(false);
            job.Dispose();
            state.Devices.Refuse(device, refused.Outcome);
            state.Log.CountRefusal();
            return refused.Outcome;
        }

        job.Cost = GetCost(device, assignment);
        job.DoneAhead = state.Devices.CountDoneAhead(device, job.Cost);
        (job.BytesUp, job.BytesDown) = (link.BytesUp - up, link.BytesDown - down);
        long earlierJobs = state.Devices.BeginJob(device, assignment);
        var load = new JobLoad(link.LastDownloadBytes, link.LastRequestBytes + link.UpdateBytes(assignment, input.Start.Layout.Blocks.Length), job.Cost.MultiplyAdds - job.DoneAhead);
        var random = new SeededRandom(_options.Seed, RandomKey.Job, (ulong)device, (ulong)earlierJobs);
        job.Timing = JobTiming.Draw(state.Devices[device], load, state.Now, duration, random);
        state.ActiveJobs.Add(job);
        state.Log.AddStart(job.Cost.MemoryBytes);
        state.Timers.Reset();
        ScheduleEnd(job, state.Now + assignment.LeaseDuration);
        return CheckOutOutcome.Assigned;
    }

    private JobCost GetCost(int device, TrainingAssignment assignment)
    {
        JobCost cost = input.Task.CostOf(device, assignment);
        bool isValid = cost is { MultiplyAdds: >= 0 and <= MaxMultiplyAdds, MemoryBytes: >= 0, AheadMultiplyAdds: >= 0 } && cost.AheadMultiplyAdds <= cost.MultiplyAdds;
        return isValid ? cost : throw new InvalidOperationException(
            $"{input.Task.GetType()} returned the cost {cost} for a job of device {device}. Return 0 to {MaxMultiplyAdds} multiply-adds, at most as many of them ahead, and memory that is not negative.");
    }

    private void ScheduleEnd(SimulatedJob job, TimeSpan leaseExpiry)
    {
        state.Events.Add(job.Timing.End, new SimulationEvent(EventKind.JobEnds, job));
        if (!job.Timing.IsDropped && job.Timing.End <= state.End)
        {
            job.State = state.Devices.GetKeptState(job.Device);
            trainer.Queue(job);
        }

        if (job.Timing.IsDropped || job.Timing.End > leaseExpiry)
        {
            // The server can assign the work to another device when the lease expires.
            state.Events.Add(leaseExpiry, new SimulationEvent(EventKind.Wake));
        }
    }

    private FederatedClient CreateClient(int device, SimulatedJob job)
    {
        SimulatedDevice spec = state.Devices[device];
        (ModelSnapshot model, ulong fingerprint) = state.Devices.GetHeldModel(device);
        var options = new FederatedClientOptions
        {
            ClientId = new ClientId(spec.Name),
            MemoryBudgetBytes = spec.MemoryBudgetBytes,
            Role = spec.Role == ClientRole.TrainAndEvaluate && input.Rule.Evaluation is null ? ClientRole.TrainOnly : spec.Role,
            AllowProbes = input.Rule.Reselection is { Probes: not 0 },
            MaxSubmitAttempts = 1,
            HeldFingerprint = fingerprint,
        };
        TimeProvider clock = spec.ClockSkew == default ? state.Clock : new SkewedClock(state.Clock, spec.ClockSkew);
        return new FederatedClient(state.Server.Link, job, options, clock, heldModel: model);
    }
}
