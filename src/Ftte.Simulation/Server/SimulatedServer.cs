using System.Collections.Immutable;
using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Simulation.Clock;

namespace Ftte.Simulation.Server;

/// <summary>The production server of a run on the virtual clock, and the link between it and the devices.</summary>
internal sealed class SimulatedServer : IAsyncDisposable
{
    private const int MinRefreshHistory = 256;
    private const int MaxRefreshHistory = 16_384;
    private const int DefaultRefreshHistory = 4096;

    private readonly ModelVersion _start;
    private readonly SelectionHistory _selections;
    private readonly FederatedServer _server;
    private readonly ILimitedAggregator? _limits;
    private readonly EvaluationLog _evaluations = new();

    /// <summary>Creates the server of a rule.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="start">The start model.</param>
    /// <param name="devices">The devices.</param>
    /// <param name="options">The options of the run.</param>
    /// <param name="clock">The virtual clock.</param>
    /// <param name="decorate">Creates the server that devices call from the production server; null if they call that one.</param>
    public SimulatedServer(
        SimulationRule rule, ModelSnapshot start, ImmutableArray<SimulatedDevice> devices, SimulationOptions options, VirtualClock clock, Func<IFederatedServer, IFederatedServer>? decorate = null)
    {
        _start = start.Version;
        _selections = new SelectionHistory(rule.Selection);
        IAsyncAggregator aggregator = rule.CreateAggregator?.Invoke(start, _selections, clock) ?? new BufferedAggregator(start, _selections, rule.Aggregation);
        _limits = aggregator as ILimitedAggregator;
        rule.SecureAggregation?.Options.CheckAggregator(aggregator);
        FederatedServerOptions settings = rule.Server.Copy();
        settings.Seed = options.Seed;

        // A run that cannot make progress ends with a reason. A timer would keep it alive.
        settings.StallCheckInterval = null;
        settings.RefreshHistory = (int)Math.Clamp(options.MaxVersions ?? DefaultRefreshHistory, MinRefreshHistory, MaxRefreshHistory);
        _server = new FederatedServer(aggregator, _selections, settings, time: clock, logger: Events, reselection: rule.Reselection, evaluation: _evaluations.Record(rule.Evaluation, devices, clock));
        Link = new WireLink(decorate?.Invoke(_server) ?? _server, start.Layout.ParameterCount, rule.Down, rule.Up, rule.Evaluation?.Metrics.Count ?? 0, rule.SecureAggregation is not null);
    }

    /// <summary>Gets the link over which devices call the server.</summary>
    public WireLink Link { get; }

    /// <summary>Gets the events that the server logged.</summary>
    public ServerEvents Events { get; } = new();

    /// <summary>Gets the evaluations by devices that have closed.</summary>
    public ImmutableArray<DeviceEvaluation> Evaluations => _evaluations.All;

    public ModelSnapshot Current => _server.Current;

    public ModelVersion Version => _server.Current.Version;

    /// <summary>Gets the number of versions published since the run began.</summary>
    public long PublishedVersions => Version - _start;

    /// <summary>Gets the number of the current buffer, from 1. A version that is published or refused begins another buffer.</summary>
    public long Buffer => 1 + PublishedVersions + Events.RefusedVersions;

    public ParameterSelection Selection => _selections.Current.Selection;

    public SelectionVersion SelectionVersion => _selections.Current.Version;

    /// <summary>Gets a value that indicates whether the server's limits allow another assignment now.</summary>
    public bool CanAssign => _server.CanAssign;

    /// <summary>Gets a value that indicates whether the server assigns no more training, because the model has stopped improving.</summary>
    public bool IsTrainingEnded => _server.IsTrainingEnded;

    /// <summary>Determines whether the server would ask a device to evaluate now.</summary>
    public bool CanEvaluate(SimulatedDevice device) => _server.CanEvaluate(new ClientId(device.Name));

    /// <summary>Determines whether a device gets no training before the next version.</summary>
    public bool AwaitsNextVersion(SimulatedDevice device) => _server.AwaitsNextVersion(new ClientId(device.Name));

    /// <summary>Determines whether the aggregator lets a device contribute, such as with differential privacy.</summary>
    public ParticipationStatus GetParticipation(SimulatedDevice device) => _limits?.GetParticipation(new ClientId(device.Name)) ?? ParticipationStatus.Allowed;

    /// <summary>Changes the factor of the devices' learning rate.</summary>
    public void ChangeStepScale(float scale) => _server.ChangeStepScale(scale);

    /// <summary>Waits until the server has answered everything that was queued before.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken) => await _server.DrainAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Publishes an incomplete buffer.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken) => await _server.FlushAsync(cancellationToken).ConfigureAwait(false);

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
