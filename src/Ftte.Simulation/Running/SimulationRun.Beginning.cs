using Ftte.Wire;

namespace Ftte.Simulation;

/// <content>How jobs begin: who is asked, what the server hands out, how long it will take.</content>
internal sealed partial class SimulationRun
{
    /// <summary>A thousand million million are days on any device, and thousands of such jobs can still be added up.</summary>
    private const long MostMultiplyAdds = 1_000_000_000_000_000;

    /// <summary>Gives work to whoever is idle while the server has some: the closed loop.</summary>
    private async Task StartIdleAsync()
    {
        while (_options.Arrivals is null && MayBegin && _places.IsFree(Now, Version))
        {
            int device = _idle.Take(CanBeAsked);
            if (device < 0)
            {
                ScheduleReturn();
                return;
            }

            if (await BeginAsync(device, null).ConfigureAwait(false) is not (CheckOutOutcome.Assigned or CheckOutOutcome.NotEnoughMemory))
            {
                return;
            }
        }
    }

    /// <summary>Lets a device come of its own accord: the open loop.</summary>
    private async Task ComeAsync(TimeSpan? duration)
    {
        ScheduleArrival();
        int device = MayBegin ? _idle.Take(CanBeAsked) : -1;
        if (device >= 0)
        {
            await BeginAsync(device, duration).ConfigureAwait(false);
        }
        else if (MayBegin && _atWork.Count == 0)
        {
            // An endless arrival process must not go on for ever without devices.
            bool mayPublish = _timersInVain < MaxTimersInVain && _clock.NextTimer is not null;
            _isDeserted = !_idle.All.Any(other => Returns(other) && !IsTooSmall(other) && (mayPublish || !IsWaiting(other)));
        }
    }

    private void ScheduleArrival()
    {
        if (MayBegin && _options.Arrivals?.At(_arrivals++, _options.Seed) is { } arrival)
        {
            _lastArrival += arrival.Gap;
            Schedule(_lastArrival, new SimulationEvent(EventKind.DeviceComes, JobDuration: arrival.JobDuration));
        }
    }

    /// <summary>Wakes the loop when the first of the idle devices comes back.</summary>
    private void ScheduleReturn()
    {
        TimeSpan? first = null;
        foreach (int device in _idle.All)
        {
            if (IsWaiting(device) || IsTooSmall(device))
            {
                continue;
            }

            TimeSpan? back = NextWindow(device)?.From - _devices[device].ClockSkew;
            first = back > Now && !(back >= first) ? back : first;
        }

        if (first is { } time && !(_wake <= time))
        {
            _wake = time;
            Schedule(time, new SimulationEvent(EventKind.Wake));
        }
    }

    private AvailabilityWindow? NextWindow(int device)
    {
        SimulatedDevice spec = _devices[device];
        return ReferenceEquals(spec.Availability, Availability.Always) ? null : spec.Availability.CheckedWindowAt(Now + spec.ClockSkew);
    }

    private bool CanBeAsked(int device)
    {
        SimulatedDevice spec = _devices[device];
        bool isThere = ReferenceEquals(spec.Availability, Availability.Always)
            || (spec.Availability.CheckedWindowAt(Now + spec.ClockSkew) is { } window && window.From <= Now + spec.ClockSkew);
        return isThere && !IsWaiting(device) && !IsTooSmall(device);
    }

    private bool IsWaiting(int device) => _states[device].WaitsInBuffer == Buffer;

    private bool IsTooSmall(int device) => _states[device].TooSmallFor == _selections.Current.Version;

    /// <summary>Determines whether a device is there now or at any time to come.</summary>
    private bool Returns(int device) => ReferenceEquals(_devices[device].Availability, Availability.Always) || NextWindow(device) is not null;

    private async Task<CheckOutOutcome> BeginAsync(int device, TimeSpan? duration)
    {
        SimulatedDevice spec = _devices[device];
        var job = new SimulatedJob(_jobs, device, Now, _start.Layout, _stop.Token);
        long up = _link.BytesUp, down = _link.BytesDown;
        job.Round = Client(spec, device, job).RunOnceAsync(CancellationToken.None).AsTask();
        if (job.Assignment is not { } assignment)
        {
            ClientRound refused = await RoundOfAsync(job).ConfigureAwait(false);
            job.Dispose();
            _states[device].TooSmallFor = refused.Outcome == CheckOutOutcome.NotEnoughMemory ? _selections.Current.Version : null;
            _idle.Add(device);
            _ledger.Refused();
            return refused.Outcome;
        }

        JobCost cost = CostOf(device, assignment);
        long update = _link.UpdateBytes(assignment, _start.Layout.Blocks.Length);
        var random = new SeededRandom(_options.Seed, Stream.Job, (ulong)device, (ulong)_states[device].Jobs++);
        (job.Cost, job.DoneAhead) = (cost, DoneAhead(device, cost));
        job.Timing = JobTiming.Draw(spec, new JobLoad(_link.LastDownloadBytes, _link.LastRequestBytes + update, cost.MultiplyAdds - job.DoneAhead), Now, duration, random);
        (job.BytesUp, job.BytesDown) = (_link.BytesUp - up, _link.BytesDown - down);
        (_states[device].Held, _states[device].HeldFingerprint) =
            _rule.Down == ValueFormat.Float32 ? (assignment.Version, assignment.ModelFingerprint) : (_start.Version, _start.Fingerprint);
        _jobs++;
        _timersInVain = 0;
        _atWork.Add(job);
        _ledger.Began(cost.MemoryBytes);
        TimeSpan expires = _places.Take(device, job.Number, Now, assignment.Version, assignment.Content != UpdateContent.Importance);
        ScheduleEnd(job, expires);
        return CheckOutOutcome.Assigned;
    }

    private JobCost CostOf(int device, TrainingAssignment assignment)
    {
        JobCost cost = _task.CostOf(device, assignment);
        bool isSound = cost is { MultiplyAdds: >= 0 and <= MostMultiplyAdds, MemoryBytes: >= 0, AheadMultiplyAdds: >= 0 } && cost.AheadMultiplyAdds <= cost.MultiplyAdds;
        return isSound ? cost : throw new InvalidOperationException(
            $"{_task.GetType()} says that a job of device {device} costs {cost}; multiply-adds are 0 to {MostMultiplyAdds}, those ahead are part of them, and memory is not negative.");
    }

    /// <summary>Counts the multiply-adds of a job that the device did while it was idle.</summary>
    private long DoneAhead(int device, in JobCost cost)
    {
        SimulatedDevice spec = _devices[device];
        TimeSpan present = spec.Availability.PresentBetween(_states[device].IdleSince + spec.ClockSkew, Now + spec.ClockSkew);
        return (long)Math.Min(cost.AheadMultiplyAdds, present.TotalSeconds * spec.MultiplyAddsPerSecond);
    }

    private void ScheduleEnd(SimulatedJob job, TimeSpan expires)
    {
        Schedule(job.Timing.End, new SimulationEvent(EventKind.JobEnds, job));
        if (!job.Timing.IsDropped && job.Timing.End <= _end)
        {
            job.PostTo(_crew, _task, _journal);
        }

        if (job.Timing.IsDropped || job.Timing.End > expires)
        {
            // The server waits for the update until then, and no longer.
            Schedule(expires, new SimulationEvent(EventKind.Wake));
        }
    }

    private FederatedClient Client(SimulatedDevice spec, int device, SimulatedJob job)
    {
        ModelVersion held = _states[device].Held;
        var options = new FederatedClientOptions
        {
            ClientId = new ClientId(spec.Name),
            MemoryBudgetBytes = spec.MemoryBudgetBytes,
            AllowProbes = _rule.Reselection is { Probes: > 0 },
            MaxSubmitAttempts = 1,
            HeldFingerprint = _states[device].HeldFingerprint,
        };

        // What has changed since is overwritten by the check-out; all else is what it was, so the current values stand for the held ones.
        ModelSnapshot model = held == _start.Version ? _start : new ModelSnapshot(_start.Layout, held, _server.Current.Parameters.Span);
        return new FederatedClient(_link, job, options, spec.ClockSkew == default ? _clock : new SkewedClock(_clock, spec.ClockSkew), heldModel: model);
    }
}
