using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Simulation.Common;
using Ftte.Wire;

namespace Ftte.Simulation;

/// <summary>One way to train across the devices: everything in which the contenders of a comparison differ, on the server's side.</summary>
/// <remarks>
/// The factory methods give the usual rules with their papers' settings; change what you like with <c>with</c>. Read when a run begins.
/// </remarks>
public sealed record SimulationRule
{
    /// <summary>Makes a rule.</summary>
    public SimulationRule()
    {
    }

    // A copy's settings are its own, so that "with" can be followed by changes to them.
    private SimulationRule(SimulationRule other)
    {
        (Name, Selection, Reselection, Down, Up, CreateAggregator) = (other.Name, other.Selection, other.Reselection, other.Down, other.Up, other.CreateAggregator);
        (Aggregation, Server) = (other.Aggregation.Copy(), other.Server.Copy());
    }

    /// <summary>Gets the name, for reports.</summary>
    public required string Name { get; init; }

    /// <summary>Gets what is trained and travels, at first.</summary>
    public required ParameterSelection Selection { get; init; }

    /// <summary>Gets how updates become versions, unless <see cref="CreateAggregator"/> says otherwise.</summary>
    /// <value>
    /// Which ages are accepted follows from <see cref="BufferedAggregatorOptions.Concurrency"/>, so set that to the same as <see cref="FederatedServerOptions.MaxConcurrency"/>
    /// of <see cref="Server"/>, as the factory methods do.
    /// </value>
    public BufferedAggregatorOptions Aggregation { get; init; } = new();

    /// <summary>Gets how the server hands out work: how many devices are at work, or how many make a round.</summary>
    /// <value>
    /// An hour's leases; options made anew have <see cref="FederatedServerOptions"/>' own default. Seed and refresh history are the run's own. The place of a device that
    /// drops out is free when its lease expires, so choose one that is longer than the slowest job but, where many drop out, not much: synchronous rounds wait for it.
    /// Devices whose <see cref="SimulatedDevice.MemoryBudgetBytes"/> is below <see cref="FederatedServerOptions.RequiredMemoryBytes"/> get no work; that is the
    /// only check of their memory, so set it to what training the selection takes.
    /// </value>
    public FederatedServerOptions Server { get; init; } = new() { LeaseDuration = TimeSpan.FromHours(1) };

    /// <summary>Gets how the selection is chosen anew; null to keep the first.</summary>
    public ReselectionOptions? Reselection { get; init; }

    /// <summary>Gets how parameters travel to the devices.</summary>
    public ValueFormat Down { get; init; } = ValueFormat.Float32;

    /// <summary>Gets how updates travel to the server.</summary>
    public ValueFormat Up { get; init; } = ValueFormat.Float32;

    /// <summary>Gets what makes another aggregator than <see cref="BufferedAggregator"/>, from the start model, the selections and the virtual clock.</summary>
    /// <value>Default null.</value>
    public Func<ModelSnapshot, SelectionHistory, TimeProvider, IAsyncAggregator>? CreateAggregator { get; init; }

    /// <summary>Synchronous FedAvg (arXiv 1602.05629) with over-selection: the first K of 1.3 K devices make a round, the others' work is lost.</summary>
    /// <param name="selection">What is trained; everything, as a rule.</param>
    /// <param name="cohort">K.</param>
    /// <param name="overSelection">How many times as many devices are asked; at least 1. Without, the slowest device decides how long a round takes.</param>
    /// <param name="learningRate">The server's step size.</param>
    /// <returns>The rule.</returns>
    public static SimulationRule FedAvg(ParameterSelection selection, int cohort = 10, double overSelection = 1.3, double learningRate = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Guard.Positive(overSelection), 1);
        return new SimulationRule
        {
            Name = "FedAvg",
            Selection = selection,
            Aggregation = BufferedAggregatorOptions.FedAvg(cohort, learningRate),
            Server = new FederatedServerOptions { MaxAssignmentsPerVersion = (int)Math.Ceiling(Math.Round(overSelection * cohort, 9)), LeaseDuration = TimeSpan.FromHours(1) },
        };
    }

    /// <summary>FedAsync (arXiv 1903.03934): every update makes a version at once, mixed in by age.</summary>
    /// <param name="selection">What is trained.</param>
    /// <param name="concurrency">M: how many devices are at work.</param>
    /// <param name="mixing">How far a fresh update moves the model, in (0, 1].</param>
    /// <returns>The rule.</returns>
    /// <remarks>Ages are counted in versions, of which there is one per update: the largest that is accepted is four times M.</remarks>
    public static SimulationRule FedAsync(ParameterSelection selection, int concurrency = 30, double mixing = 0.6)
    {
        BufferedAggregatorOptions aggregation = BufferedAggregatorOptions.FedAsync(mixing);
        aggregation.Concurrency = concurrency;
        FederatedServerOptions server = AtWork(concurrency);
        server.Content = UpdateContent.Trained;
        return new SimulationRule { Name = "FedAsync", Selection = selection, Aggregation = aggregation, Server = server };
    }

    /// <summary>FedBuff (arXiv 2106.06639): K updates make a version, weighted by age over K.</summary>
    /// <param name="selection">What is trained.</param>
    /// <param name="capacity">K.</param>
    /// <param name="concurrency">M: how many devices are at work.</param>
    /// <param name="learningRate">The server's step size.</param>
    /// <returns>The rule.</returns>
    public static SimulationRule FedBuff(ParameterSelection selection, int capacity = 10, int concurrency = 30, double learningRate = 1)
    {
        BufferedAggregatorOptions aggregation = BufferedAggregatorOptions.FedBuff(capacity, learningRate);
        aggregation.Concurrency = concurrency;
        return new SimulationRule { Name = "FedBuff", Selection = selection, Aggregation = aggregation, Server = AtWork(concurrency) };
    }

    /// <summary>FTTE (in the spirit of arXiv 2510.03165): K updates make a version, weighted by age and variance; a subset is trained and travels as int8.</summary>
    /// <param name="selection">What is trained: what fits the weakest device.</param>
    /// <param name="capacity">K.</param>
    /// <param name="concurrency">M: how many devices are at work.</param>
    /// <param name="learningRate">The server's step size.</param>
    /// <returns>The rule.</returns>
    /// <remarks>The weighting is Ftte's own, see <see cref="AgeAndVarianceWeighting"/>: the paper's formula is not published.</remarks>
    public static SimulationRule Ftte(ParameterSelection selection, int capacity = 10, int concurrency = 30, double learningRate = 1) => new()
    {
        Name = "FTTE",
        Selection = selection,
        Aggregation = new BufferedAggregatorOptions { Capacity = capacity, Concurrency = concurrency, Optimizer = ServerOptimizer.Sgd(learningRate) },
        Server = AtWork(concurrency),
        Down = ValueFormat.Int8,
        Up = ValueFormat.Int8,
    };

    private static FederatedServerOptions AtWork(int concurrency) => new() { MaxConcurrency = concurrency, LeaseDuration = TimeSpan.FromHours(1) };
}
