using System.Collections.Immutable;
using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.Simulation;

/// <summary>One run: the loop over events, from the first check-out to the last look at the model.</summary>
internal sealed partial class SimulationRun : IAsyncDisposable
{
    private const int LeastHistory = 256;
    private const int MostHistory = 16_384;
    private const int UsualHistory = 4096;

    /// <summary>The number of times that the server's timer may fire without a version while nothing else happens: it fires once more for a buffer that is younger than it thought.</summary>
    private const int MaxTimersInVain = 10;

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
    private readonly ServerEvents _events = new();
    private readonly ProgressWatch _watch;
    private readonly PriorityQueue<SimulationEvent, (TimeSpan Time, long Number)> _schedule = new();
    private readonly HashSet<SimulatedJob> _atWork = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeSpan _end;
    private long _eventsMade;
    private long _jobs;
    private long _arrivals;
    private TimeSpan _lastArrival;
    private TimeSpan? _wake;
    private int _timersInVain;
    private bool _isDeserted;

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
        _server = new FederatedServer(aggregator, _selections, server, time: _clock, logger: _events, reselection: rule.Reselection);
        _link = new WireLink(_server, start.Layout.ParameterCount, rule.Down, rule.Up);
        _places = new WorkPlaces(server);
        _idle = new IdleDevices(devices.Length, options.Order, options.Seed);
        _states = new DeviceState[devices.Length];
        Array.Fill(_states, new DeviceState { Held = start.Version, HeldFingerprint = start.Fingerprint, IdleSince = -options.HeadStart });
        _evaluations = new Evaluations(task, options, crew, journal);
        _progress = new ProgressMeter(options);
        _watch = new ProgressWatch(devices.Length, options.MaxTripsPerVersion);
        _end = options.MaxTime is { } limit && limit < Forever ? limit : Forever;
    }

    private TimeSpan Now => _clock.Now;

    private ModelVersion Version => _server.Current.Version;

    /// <summary>Gets the number of the current buffer, from 1: a version that is published or refused begins another.</summary>
    private long Buffer => 1 + (Version - _start.Version) + _events.RefusedVersions;

    private bool MayBegin => _jobs < (_options.MaxTrips ?? long.MaxValue);

    private bool IsOver =>
        Version - _start.Version >= (_options.MaxVersions ?? long.MaxValue) || _evaluations.IsDone;

    public async Task<SimulationResult> RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration stopping = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _stop);
        SimulationEnding ending;
        string? reason = null;
        try
        {
            await LookAsync().ConfigureAwait(false);
            (ending, reason) = await GoAsync().ConfigureAwait(false);
            await _evaluations.FinishAsync(_server.Current, Point(), _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            ending = SimulationEnding.Cancelled;
        }

        bool isComplete = ending != SimulationEnding.Cancelled;

        await AbandonAllAsync().ConfigureAwait(false);
        _progress.Report(_clock.Now, _server.Current.Version, _start.Version, _jobs, _evaluations.Newest, isLast: true, isComplete);
        return new SimulationResult
        {
            Rule = _rule.Name,
            Seed = _options.Seed,
            IsComplete = isComplete,
            Ending = ending,
            EndingReason = reason,
            Duration = _clock.Now,
            Points = _evaluations.Points,
            Jobs = _ledger.Jobs,
            Totals = _ledger.Totals with { BytesUp = _link.BytesUp, BytesDown = _link.BytesDown, RefusedVersions = _events.RefusedVersions, FailedSelections = _events.FailedSelections },
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

    private async Task<(SimulationEnding Ending, string? Reason)> GoAsync()
    {
        ScheduleArrival();
        await StartIdleAsync().ConfigureAwait(false);
        while (!IsOver && !_isDeserted && Next() is { } next)
        {
            _stop.Token.ThrowIfCancellationRequested();
            if (next > _end)
            {
                _clock.AdvanceTo(_end);
                return (SimulationEnding.Time, null);
            }

            (ModelVersion before, long refused) = (Version, _events.RefusedVersions);
            await HappenAsync(next).ConfigureAwait(false);
            _ledger.Happened();
            _watch.Refused(_events.RefusedVersions - refused);
            if (Version != before)
            {
                _timersInVain = 0;
                _watch.Published();
                if (_evaluations.IsDue(Now, Version))
                {
                    await LookAsync().ConfigureAwait(false);
                }
            }

            if (!IsOver)
            {
                if (_watch.Check(_events) is { } stuck)
                {
                    return stuck;
                }

                await StartIdleAsync().ConfigureAwait(false);
            }

            _progress.Report(Now, Version, _start.Version, _jobs, _evaluations.Newest, isLast: false);
        }

        return _evaluations.IsDone ? (SimulationEnding.Target, null)
            : IsOver ? (SimulationEnding.Versions, null)
            : MayBegin ? DescribeDesertion()
            : (SimulationEnding.Trips, null);
    }

    /// <summary>Returns when something happens next; null if nothing does.</summary>
    private TimeSpan? Next()
    {
        // The server's own timer, with no device at work or to come, could go on for ever.
        if (_atWork.Count == 0 && !MayBegin)
        {
            return null;
        }

        TimeSpan? timer = _clock.NextTimer;
        if (_schedule.TryPeek(out _, out var first))
        {
            return timer < first.Time ? timer : first.Time;
        }

        // Devices that have used their share of the buffer go on if the server publishes it incomplete.
        return _timersInVain < MaxTimersInVain ? timer : null;
    }

    private async Task HappenAsync(TimeSpan time)
    {
        if (_clock.AdvanceTo(time))
        {
            // What timers asked for passes the server's queue.
            _timersInVain++;
            await _server.DrainAsync(_stop.Token).ConfigureAwait(false);
        }

        if (!_schedule.TryPeek(out SimulationEvent happening, out var first) || first.Time > time)
        {
            return;
        }

        _schedule.Dequeue();
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

    private void Schedule(TimeSpan time, SimulationEvent happening) => _schedule.Enqueue(happening, (time, _eventsMade++));

    private Task LookAsync() => _evaluations.BeginAsync(_server.Current, Point(), _stop.Token);

    private EvaluationPoint Point() =>
        new(Now, Version, default, _jobs, _link.BytesUp, _link.BytesDown, _ledger.Totals.MultiplyAdds);
}
