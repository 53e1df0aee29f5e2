using System.Collections.Immutable;

namespace Ftte.Simulation;

/// <summary>One run: the loop over events, from the first check-out to the last look at the model.</summary>
internal sealed class SimulationRun : IAsyncDisposable
{
    private const int LeastHistory = 256;
    private const int MostHistory = 16_384;
    private const int UsualHistory = 4096;
    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(JobTiming.LongestSeconds);

    private readonly SimulationRule _rule;
    private readonly ModelSnapshot _start;
    private readonly ImmutableArray<SimulatedDevice> _devices;
    private readonly ILearningTask _task;
    private readonly SimulationOptions _options;
    private readonly TrainingCrew _crew;
    private readonly JournalFile? _journal;
    private readonly VirtualClock _clock = new(DateTimeOffset.UnixEpoch);
    private readonly SelectionHistory _selections;
    private readonly FederatedServer _server;
    private readonly WireLink _link;
    private readonly WorkPlaces _places;
    private readonly IdleDevices _idle;
    private readonly DeviceState[] _states;
    private readonly Evaluations _evaluations;
    private readonly Ledger _ledger = new();
    private readonly ProgressMeter _progress;
    private readonly PriorityQueue<SimulationEvent, (TimeSpan Time, long Number)> _events = new();
    private readonly HashSet<SimulatedJob> _atWork = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeSpan _end;
    private long _eventsMade;
    private long _jobs;
    private long _arrivals;
    private TimeSpan _lastArrival;
    private TimeSpan? _wake;

    public SimulationRun(
        SimulationRule rule,
        ModelSnapshot start,
        ImmutableArray<SimulatedDevice> devices,
        ILearningTask task,
        SimulationOptions options,
        TrainingCrew crew,
        JournalFile? journal)
    {
        (_rule, _start, _devices, _task, _options, _crew, _journal) = (rule, start, devices, task, options, crew, journal);
        _selections = new SelectionHistory(rule.Selection);
        IAsyncAggregator aggregator = rule.CreateAggregator?.Invoke(start, _selections, _clock) ?? new BufferedAggregator(start, _selections, rule.Aggregation);
        FederatedServerOptions server = rule.Server.Copy();
        server.Seed = options.Seed;
        server.RefreshHistory = (int)Math.Clamp(options.MaxVersions ?? UsualHistory, LeastHistory, MostHistory);
        _server = new FederatedServer(aggregator, _selections, server, time: _clock, reselection: rule.Reselection);
        _link = new WireLink(_server, start.Layout.ParameterCount, rule.Down, rule.Up);
        _places = new WorkPlaces(server);
        _idle = new IdleDevices(devices.Length, options.Order, options.Seed);
        _states = new DeviceState[devices.Length];
        Array.Fill(_states, new DeviceState { Held = start.Version, IdleSince = -options.HeadStart });
        _evaluations = new Evaluations(task, options, crew, journal);
        _progress = new ProgressMeter(options);
        _end = options.MaxTime is { } limit && limit < Forever ? limit : Forever;
    }

    private TimeSpan Now => _clock.Now;

    private ModelVersion Version => _server.Current.Version;

    private bool MayBegin => _jobs < (_options.MaxTrips ?? long.MaxValue);

    private bool IsOver =>
        Version - _start.Version >= (_options.MaxVersions ?? long.MaxValue) || _evaluations.IsDone;

    public async Task<SimulationResult> RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration stopping = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _stop);
        bool isComplete;
        try
        {
            await LookAsync().ConfigureAwait(false);
            await GoAsync().ConfigureAwait(false);
            await _evaluations.FinishAsync(_server.Current, Point(), _stop.Token).ConfigureAwait(false);
            isComplete = true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            isComplete = false;
        }

        await AbandonAllAsync().ConfigureAwait(false);
        _progress.Report(_clock.Now, _server.Current.Version, _start.Version, _jobs, _evaluations.Newest, isLast: true);
        return new SimulationResult
        {
            Rule = _rule.Name,
            Seed = _options.Seed,
            IsComplete = isComplete,
            Duration = _clock.Now,
            Points = _evaluations.Points,
            Jobs = _ledger.Jobs,
            Totals = _ledger.Totals with { BytesUp = _link.BytesUp, BytesDown = _link.BytesDown },
            Model = _server.Current,
            Selection = _selections.Current.Selection,
            Target = _options.Target,
        };
    }

    public async ValueTask DisposeAsync()
    {
        await AbandonAllAsync().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task GoAsync()
    {
        ScheduleArrival();
        await StartIdleAsync().ConfigureAwait(false);
        while (!IsOver && Next() is { } next)
        {
            _stop.Token.ThrowIfCancellationRequested();
            if (next > _end)
            {
                _clock.AdvanceTo(_end);
                return;
            }

            ModelVersion before = Version;
            await HappenAsync(next).ConfigureAwait(false);
            _ledger.Happened();
            if (Version != before && _evaluations.IsDue(Now, Version))
            {
                await LookAsync().ConfigureAwait(false);
            }

            if (!IsOver)
            {
                await StartIdleAsync().ConfigureAwait(false);
            }

            _progress.Report(Now, Version, _start.Version, _jobs, _evaluations.Newest, isLast: false);
        }
    }

    /// <summary>Says when something happens next; null if nothing ever does.</summary>
    private TimeSpan? Next()
    {
        // The server's own timer, with nobody at work or to come, could go on for ever.
        if (!_events.TryPeek(out _, out var first) || (_atWork.Count == 0 && !MayBegin))
        {
            return null;
        }

        return _clock.NextTimer is { } timer && timer < first.Time ? timer : first.Time;
    }

    private async Task HappenAsync(TimeSpan time)
    {
        if (_clock.AdvanceTo(time))
        {
            // What timers asked for passes the server's queue.
            await _server.DrainAsync(_stop.Token).ConfigureAwait(false);
        }

        if (_events.Peek() is var happening && _events.TryPeek(out _, out var first) && first.Time > time)
        {
            return;
        }

        _events.Dequeue();
        switch (happening.Kind)
        {
            case EventKind.JobEnds:
                await EndAsync(happening.Job!).ConfigureAwait(false);
                break;
            case EventKind.DeviceComes:
                await ComeAsync(happening.JobDuration).ConfigureAwait(false);
                break;
            default:
                _wake = _wake <= time ? null : _wake;
                break;
        }
    }

    private void Schedule(TimeSpan time, SimulationEvent happening) => _events.Enqueue(happening, (time, _eventsMade++));

    // ---- beginning -------------------------------------------------------------------------------------------------------------------------

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
        return ReferenceEquals(spec.Availability, Availability.Always) ? null : spec.Availability.WindowAt(Now + spec.ClockSkew);
    }

    private bool CanBeAsked(int device)
    {
        SimulatedDevice spec = _devices[device];
        bool isThere = ReferenceEquals(spec.Availability, Availability.Always)
            || (spec.Availability.WindowAt(Now + spec.ClockSkew) is { } window && window.From <= Now + spec.ClockSkew);
        return isThere
            && !(_places.HasRounds && _states[device].AcceptedIn == Version)
            && _states[device].TooSmallFor != _selections.Current.Version;
    }

    private async Task<CheckOutOutcome> BeginAsync(int device, TimeSpan? duration)
    {
        SimulatedDevice spec = _devices[device];
        var job = new SimulatedJob(_jobs, device, Now, _start.Layout);
        long up = _link.BytesUp, down = _link.BytesDown;
        job.Round = Client(spec, device, job).RunOnceAsync(CancellationToken.None).AsTask();
        if (job.Assignment is not { } assignment)
        {
            ClientRound refused = await job.Round.ConfigureAwait(false);
            job.Dispose();
            _states[device].TooSmallFor = refused.Outcome == CheckOutOutcome.NotEnoughMemory ? _selections.Current.Version : null;
            _idle.Add(device);
            _ledger.Refused();
            return refused.Outcome;
        }

        JobCost cost = _task.CostOf(device, assignment);
        long update = _link.UpdateBytes(assignment, _start.Layout.Blocks.Length);
        var random = new SeededRandom(_options.Seed, Stream.Job, (ulong)device, (ulong)_states[device].Jobs++);
        job.Cost = cost;
        job.Timing = JobTiming.Draw(spec, new JobLoad(_link.LastDownloadBytes, _link.LastRequestBytes + update, cost.MultiplyAdds - DoneAhead(device, cost)), Now, duration, random);
        (job.BytesUp, job.BytesDown) = (_link.BytesUp - up, _link.BytesDown - down);
        _states[device].Held = _rule.Down == ValueFormat.Float32 ? assignment.Version : _start.Version;
        _jobs++;
        _atWork.Add(job);
        _ledger.Began(cost.MemoryBytes);
        TimeSpan expires = _places.Take(device, job.Number, Now, assignment.Version, assignment.Content != UpdateContent.Importance);
        ScheduleEnd(job, expires);
        return CheckOutOutcome.Assigned;
    }

    /// <summary>Counts the multiply-adds of a job that the device did while it was idle.</summary>
    private long DoneAhead(int device, in JobCost cost)
    {
        SimulatedDevice spec = _devices[device];
        TimeSpan since = _states[device].IdleSince;
        if (NextWindow(device) is { } window && window.From - spec.ClockSkew > since)
        {
            since = window.From - spec.ClockSkew;
        }

        return (long)Math.Min(cost.AheadMultiplyAdds, (Now - since).TotalSeconds * spec.MultiplyAddsPerSecond);
    }

    private void ScheduleEnd(SimulatedJob job, TimeSpan expires)
    {
        if (job.Timing.End is { } end)
        {
            Schedule(end, new SimulationEvent(EventKind.JobEnds, job));
            if (!job.Timing.IsDropped && end <= _end)
            {
                job.PostTo(_crew, _task, _journal);
            }
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

            // What has changed since is overwritten by the check-out; all else is what it was, so the current values stand for the held ones.
            HeldModel = held == _start.Version ? _start : new ModelSnapshot(_start.Layout, held, _server.Current.Parameters.Span),
        };
        return new FederatedClient(_link, job, options, spec.ClockSkew == default ? _clock : new SkewedClock(_clock, spec.ClockSkew));
    }

    // ---- ending ----------------------------------------------------------------------------------------------------------------------------

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
        if (receipt.Outcome == UpdateOutcome.ClientQuota)
        {
            // The server keeps the place for the device to come again; it asks for new work instead, or its lease ends.
            TimeSpan expires = job.Start + _rule.Server.LeaseDuration;
            Schedule(expires > Now ? expires : Now, new SimulationEvent(EventKind.Wake));
        }
        else
        {
            _places.End(job.Device, job.Number, Now, receipt.IsAccepted);
        }

        if (receipt.Outcome is UpdateOutcome.Buffered or UpdateOutcome.Published)
        {
            _states[job.Device].AcceptedIn = assignment.Version;
        }

        Rest(job.Device);
        JobFate fate = receipt.Outcome == UpdateOutcome.Surveyed ? JobFate.Measured : receipt.IsAccepted ? JobFate.Accepted : JobFate.Rejected;
        _ledger.Ended(Record(job, fate, Now, age, receipt));
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
        fate == JobFate.Unfinished ? 0 : (long)(job.Cost.MultiplyAdds * job.Timing.ShareDone));

    // ---- looking ---------------------------------------------------------------------------------------------------------------------------

    private Task LookAsync() => _evaluations.BeginAsync(_server.Current, Point(), _stop.Token);

    private EvaluationPoint Point() =>
        new(Now, Version, default, _jobs, _link.BytesUp, _link.BytesDown, _ledger.Totals.MultiplyAdds);
}
