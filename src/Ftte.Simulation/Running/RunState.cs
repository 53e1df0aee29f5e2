using Ftte.Simulation.Clock;
using Ftte.Simulation.Common;
using Ftte.Simulation.Jobs;
using Ftte.Simulation.Server;

namespace Ftte.Simulation.Running;

/// <summary>The state that the parts of a run share: clock, server, devices, events, and active jobs.</summary>
internal sealed class RunState : IAsyncDisposable
{
    public RunState(RunInput input, Func<IFederatedServer, IFederatedServer>? decorate)
    {
        Server = new SimulatedServer(input.Rule, input.Start, input.Devices, input.Options, Clock, decorate);
        Devices = new DevicePool(input, Server, Clock);
        Timers = new TimerLimit(Clock);
        Stalls = new StallDetector(input.Devices.Length, input.Options.MaxTripsPerVersion);
        End = input.Options.MaxTime is { } limit && limit < TimeLimits.Max ? limit : TimeLimits.Max;
    }

    public VirtualClock Clock { get; } = new(DateTimeOffset.UnixEpoch);

    public SimulatedServer Server { get; }

    public DevicePool Devices { get; }

    public EventQueue Events { get; } = new();

    public TimerLimit Timers { get; }

    public StallDetector Stalls { get; }

    public JobLog Log { get; } = new();

    /// <summary>Gets the jobs that have begun and not ended.</summary>
    public HashSet<SimulatedJob> ActiveJobs { get; } = [];

    public TimeSpan Now => Clock.Now;

    /// <summary>Gets the virtual time at which the run ends.</summary>
    public TimeSpan End { get; }

    /// <summary>Creates the point of an evaluation now. The quality is filled in later.</summary>
    public EvaluationPoint CreatePoint() =>
        new(Now, Server.Version, default, Log.Totals.Trips, Server.Link.BytesUp, Server.Link.BytesDown, Log.Totals.MultiplyAdds);

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
