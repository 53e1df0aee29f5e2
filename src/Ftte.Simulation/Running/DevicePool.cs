using System.Collections.Immutable;
using Ftte.Aggregation;
using Ftte.Simulation.Availability;
using Ftte.Simulation.Clock;
using Ftte.Simulation.Server;
using Ftte.Wire;

namespace Ftte.Simulation.Running;

/// <summary>The devices of a run: which idle devices are eligible for work, and the state of each device between its jobs.</summary>
/// <remarks>A device that the server turned away is not eligible until the condition that the server stated has changed.</remarks>
internal sealed class DevicePool
{
    private readonly ImmutableArray<SimulatedDevice> _devices;
    private readonly SimulatedServer _server;
    private readonly VirtualClock _clock;
    private readonly ModelSnapshot _start;
    private readonly IdleDevices _idle;
    private readonly DeviceState[] _states;
    private readonly bool _keepsReceivedModel;

    public DevicePool(RunInput input, SimulatedServer server, VirtualClock clock)
    {
        (_devices, _server, _clock, _start) = (input.Devices, server, clock, input.Start);
        _idle = new IdleDevices(_devices.Length, input.Options.Order, input.Options.Seed);
        _states = new DeviceState[_devices.Length];
        Array.Fill(_states, new DeviceState { Held = _start.Version, HeldFingerprint = _start.Fingerprint, IdleSince = -input.Options.HeadStart });

        // A lossy format changes the values, so a device that received them does not hold that version.
        _keepsReceivedModel = input.Rule.Down == ValueFormat.Float32;
    }

    public SimulatedDevice this[int device] => _devices[device];

    /// <summary>Gets the state that completed jobs left on each device.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> KeptStates => [.. _states.Select(state => state.Kept)];

    /// <summary>Removes an eligible device from the idle devices; -1 if there is none.</summary>
    public int TakeEligible() => _idle.Take(IsEligible);

    /// <summary>Gets the model that a device holds, with the fingerprint that the server stated for it.</summary>
    public (ModelSnapshot Model, ulong Fingerprint) GetHeldModel(int device)
    {
        // The check-out overwrites everything that has changed since, and the rest is the same in the current version.
        ModelVersion held = _states[device].Held;
        ModelSnapshot model = held == _start.Version ? _start : new ModelSnapshot(_start.Layout, held, _server.Current.Parameters.Span);
        return (model, _states[device].HeldFingerprint);
    }

    /// <summary>Counts the multiply-adds of a job that the device computed while it was idle.</summary>
    public long CountDoneAhead(int device, in JobCost cost)
    {
        SimulatedDevice spec = _devices[device];
        TimeSpan present = spec.Availability.PresentBetween(_states[device].IdleSince + spec.ClockSkew, _clock.Now + spec.ClockSkew);
        return (long)Math.Min(cost.AheadMultiplyAdds, present.TotalSeconds * spec.MultiplyAddsPerSecond);
    }

    /// <summary>Notes that a device received an assignment.</summary>
    /// <returns>The number of jobs that the device had before.</returns>
    public long BeginJob(int device, TrainingAssignment assignment)
    {
        ref DeviceState state = ref _states[device];
        (state.Held, state.HeldFingerprint) = _keepsReceivedModel ? (assignment.Version, assignment.ModelFingerprint) : (_start.Version, _start.Fingerprint);
        return state.Jobs++;
    }

    /// <summary>Gets the state that the last completed job of a device left; empty if there is none.</summary>
    public ReadOnlyMemory<byte> GetKeptState(int device) => _states[device].Kept;

    /// <summary>Keeps the state that a job leaves on its device.</summary>
    public void Keep(int device, ReadOnlyMemory<byte> state) => _states[device].Kept = state;

    /// <summary>Returns a device to the idle devices after its job, and notes whether the server gives it more training in this buffer.</summary>
    /// <param name="device">The device.</param>
    /// <param name="hasSubmitted">Whether the device submitted an update.</param>
    public void EndJob(int device, bool hasSubmitted)
    {
        ref DeviceState state = ref _states[device];
        if (hasSubmitted && _server.AwaitsNextVersion(_devices[device]))
        {
            state.WaitsInBuffer = _server.Buffer;
        }

        state.IdleSince = _clock.Now;
        _idle.Add(device);
    }

    /// <summary>Returns a device to the idle devices after the server refused it work.</summary>
    public void Refuse(int device, CheckOutOutcome outcome)
    {
        _states[device].TooSmallFor = outcome == CheckOutOutcome.NotEnoughMemory ? _server.SelectionVersion : null;
        _idle.Add(device);
    }

    /// <summary>Returns the time at which the first of the idle devices becomes available; null if none does.</summary>
    public TimeSpan? FindNextReturn()
    {
        TimeSpan? first = null;
        foreach (int device in _idle.All)
        {
            if (!IsWaiting(device) && !IsTooSmall(device) && !HasEnded(device))
            {
                TimeSpan? back = NextWindow(device)?.From - _devices[device].ClockSkew;
                first = back > _clock.Now && !(back >= first) ? back : first;
            }
        }

        return first;
    }

    /// <summary>Determines whether an idle device can be eligible now or later.</summary>
    /// <param name="mayPublish">Whether the server may publish an incomplete buffer, so that waiting devices become eligible.</param>
    public bool HasCandidates(bool mayPublish) => _idle.All.Any(device => Trains(device) && Returns(device) && !IsTooSmall(device) && !HasEnded(device) && (mayPublish || !IsWaiting(device)));

    /// <summary>Describes why no device is eligible.</summary>
    public (SimulationEnding Ending, string Reason) DescribeIneligibility()
    {
        int gone = 0, tooSmall = 0, waiting = 0, ended = 0, evaluating = _devices.Count(device => device.Role == ClientRole.EvaluateOnly);
        foreach (int device in _idle.All.Where(Trains))
        {
            bool hasEnded = HasEnded(device), returns = !hasEnded && Returns(device);
            ended += hasEnded ? 1 : 0;
            gone += returns || hasEnded ? 0 : 1;
            tooSmall += returns && IsTooSmall(device) ? 1 : 0;
            waiting += returns && !IsTooSmall(device) && IsWaiting(device) ? 1 : 0;
        }

        string counts = $"Of {_devices.Length} devices, {gone} have left for good, {tooSmall} have too little memory for the selection, and {waiting} have used their share of the buffer.{(evaluating > 0 ? $" {evaluating} only evaluate." : "")}{(ended > 0 ? $" {ended} have contributed as often as they may." : "")}";
        string failure = _server.Events.LastFailure is { } last ? $" The selection could not be changed: {last}" : "";
        return waiting > 0
            ? (SimulationEnding.BufferCannotFill, $"The buffer cannot be completed. {counts}{failure}")
            : (SimulationEnding.NoEligibleDevice, $"No device can be given work. {counts}{failure}");
    }

    private bool IsEligible(int device)
    {
        SimulatedDevice spec = _devices[device];
        bool isAvailable = ReferenceEquals(spec.Availability, AvailabilityPattern.Always)
            || (spec.Availability.CheckedWindowAt(_clock.Now + spec.ClockSkew) is { } window && window.From <= _clock.Now + spec.ClockSkew);
        return isAvailable && !IsWaiting(device) && !IsTooSmall(device) && !HasEnded(device);
    }

    private bool IsWaiting(int device) => Trains(device)
        ? _states[device].WaitsInBuffer == _server.Buffer || _server.GetParticipation(_devices[device]) == ParticipationStatus.AwaitsVersion
        : !_server.CanEvaluate(_devices[device]);

    /// <summary>Determines whether a device that trains has contributed as often as the aggregator allows.</summary>
    private bool HasEnded(int device) => Trains(device) && _server.GetParticipation(_devices[device]) == ParticipationStatus.Ended;

    private bool Trains(int device) => _devices[device].Role != ClientRole.EvaluateOnly;

    private bool IsTooSmall(int device) => _states[device].TooSmallFor == _server.SelectionVersion;

    /// <summary>Determines whether a device is available now or later.</summary>
    private bool Returns(int device) => ReferenceEquals(_devices[device].Availability, AvailabilityPattern.Always) || NextWindow(device) is not null;

    private AvailabilityWindow? NextWindow(int device)
    {
        SimulatedDevice spec = _devices[device];
        return ReferenceEquals(spec.Availability, AvailabilityPattern.Always) ? null : spec.Availability.CheckedWindowAt(_clock.Now + spec.ClockSkew);
    }
}
