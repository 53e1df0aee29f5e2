using Ftte.Aggregation;
using Ftte.Privacy.SecureAggregation;
using Ftte.Selection;
using Ftte.Simulation.Common;
using Ftte.Wire;

namespace Ftte.Simulation;

/// <summary>Represents a rule: the training settings on the server side, in which compared runs differ.</summary>
/// <remarks>
/// The factory methods create common rules with the settings of their papers; use <c>with</c> to change them. The settings are read when a run begins.
/// </remarks>
public sealed record SimulationRule
{
    /// <summary>Creates a rule.</summary>
    public SimulationRule()
    {
    }

    // A copy has its own settings, so changes after "with" do not affect the original.
    private SimulationRule(SimulationRule other)
    {
        (Name, Selection, Reselection, Down, Up, CreateAggregator, SecureAggregation) = (other.Name, other.Selection, other.Reselection, other.Down, other.Up, other.CreateAggregator, other.SecureAggregation);
        (Aggregation, Server, Evaluation) = (other.Aggregation.Copy(), other.Server.Copy(), other.Evaluation?.Copy());
    }

    /// <summary>Gets the name in reports.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the first selection: the parameters that are trained and sent.</summary>
    public required ParameterSelection Selection { get; init; }

    /// <summary>Gets the settings of the aggregator, unless <see cref="CreateAggregator"/> creates another one.</summary>
    /// <value>
    /// The accepted staleness depends on <see cref="BufferedAggregatorOptions.Concurrency"/>. Set it to <see cref="FederatedServerOptions.MaxConcurrency"/> of
    /// <see cref="Server"/>, as the factory methods do.
    /// </value>
    public BufferedAggregatorOptions Aggregation { get; init; } = new();

    /// <summary>Gets the settings of the server, such as the number of concurrent devices or the number of assignments per round.</summary>
    /// <value>
    /// Default: leases of one hour. New <see cref="FederatedServerOptions"/> have their own default. The run sets the seed and the refresh history. If a device drops a job,
    /// its lease counts until it expires, and synchronous rounds wait for that. Choose a lease that is a little longer than the slowest job.
    /// Devices with a <see cref="SimulatedDevice.MemoryBudgetBytes"/> below <see cref="FederatedServerOptions.RequiredMemoryBytes"/> get no work. The simulator does not
    /// check memory otherwise, so set this to the memory that training the selection needs.
    /// </value>
    public FederatedServerOptions Server { get; init; } = new() { LeaseDuration = TimeSpan.FromHours(1) };

    /// <summary>Gets the settings for choosing new selections during the run; null to keep the first.</summary>
    public ReselectionOptions? Reselection { get; init; }

    /// <summary>Gets the settings for the evaluation of versions by devices on examples that they hold back; null for none.</summary>
    /// <value>
    /// Default null. The trainers of the task must implement <see cref="IModelEvaluator"/>. If the settings have no <see cref="EvaluationOptions.GroupOf"/>, the group of a device is its
    /// <see cref="SimulatedDevice.Kind"/>.
    /// </value>
    public EvaluationOptions? Evaluation { get; init; }

    /// <summary>Gets the format of parameters sent to devices.</summary>
    public ValueFormat Down { get; init; } = ValueFormat.Float32;

    /// <summary>Gets the format of updates sent to the server.</summary>
    public ValueFormat Up { get; init; } = ValueFormat.Float32;

    /// <summary>Gets a function that creates another aggregator than <see cref="BufferedAggregator"/> from the start model, the selections and the virtual clock.</summary>
    /// <value>Default null.</value>
    public Func<ModelSnapshot, SelectionHistory, TimeProvider, IAsyncAggregator>? CreateAggregator { get; init; }

    /// <summary>Gets the secure aggregation of updates; null for none.</summary>
    /// <value>Default null. <see cref="WithSecureAggregation"/> also sets the aggregator.</value>
    public SimulatedSecureAggregation? SecureAggregation { get; init; }

    /// <summary>Returns the rule with secure aggregation: a cohort makes a version, and updates are weighted by age before they are masked. The optimizer, the guard and the server's limits stay.</summary>
    /// <param name="options">The options of secure aggregation.</param>
    /// <param name="dropOut">The probability that a member leaves its cohort.</param>
    /// <returns>The rule. <see cref="Up"/> has no effect on updates, whose values have the bits of the shared quantization.</returns>
    /// <exception cref="ArgumentException">An option is missing or out of range, or the server lets fewer devices work at once than a cohort has members.</exception>
    public SimulationRule WithSecureAggregation(SecureAggregationOptions options, double dropOut = 0)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        int atWork = Math.Min(Server.MaxConcurrency ?? int.MaxValue, Server.MaxAssignmentsPerVersion ?? int.MaxValue);
        if (atWork < options.CohortSize)
        {
            throw new ArgumentException($"A cohort has {options.CohortSize} members, but the server lets {atWork} devices work at once, so that no cohort would be complete. Raise {nameof(Server.MaxConcurrency)} and {nameof(Server.MaxAssignmentsPerVersion)}, or reduce {nameof(options.Capacity)}.", nameof(options));
        }

        BufferedAggregatorOptions aggregation = options.CreateAggregatorOptions();
        (aggregation.Optimizer, aggregation.Guard, aggregation.Concurrency) = (Aggregation.Optimizer, Aggregation.Guard, Aggregation.Concurrency);
        return this with { Aggregation = aggregation, SecureAggregation = new SimulatedSecureAggregation { Options = options, DropOut = dropOut } };
    }

    /// <summary>Creates synchronous FedAvg (arXiv 1602.05629) with over-selection: the first K of 1.3 K updates make a version, and the others are discarded.</summary>
    /// <param name="selection">The selection; usually all parameters.</param>
    /// <param name="cohort">K.</param>
    /// <param name="overSelection">The ratio of assigned devices to K; at least 1. At 1, the slowest device determines the duration of a round.</param>
    /// <param name="learningRate">The server's learning rate.</param>
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

    /// <summary>Creates FedAsync (arXiv 1903.03934): every update makes a version, with a weight that depends on its staleness.</summary>
    /// <param name="selection">The selection.</param>
    /// <param name="concurrency">M, the number of concurrent devices.</param>
    /// <param name="mixing">The weight of an update without staleness, in (0, 1].</param>
    /// <returns>The rule.</returns>
    /// <remarks>Staleness is counted in versions, and every update makes one. The maximum accepted staleness is four times M.</remarks>
    public static SimulationRule FedAsync(ParameterSelection selection, int concurrency = 30, double mixing = 0.6)
    {
        BufferedAggregatorOptions aggregation = BufferedAggregatorOptions.FedAsync(mixing);
        aggregation.Concurrency = concurrency;
        FederatedServerOptions server = AtWork(concurrency);
        server.Content = UpdateContent.Trained;
        return new SimulationRule { Name = "FedAsync", Selection = selection, Aggregation = aggregation, Server = server };
    }

    /// <summary>Creates FedBuff (arXiv 2106.06639): K updates make a version, weighted by staleness and divided by K.</summary>
    /// <param name="selection">The selection.</param>
    /// <param name="capacity">K.</param>
    /// <param name="concurrency">M, the number of concurrent devices.</param>
    /// <param name="learningRate">The server's learning rate.</param>
    /// <returns>The rule.</returns>
    public static SimulationRule FedBuff(ParameterSelection selection, int capacity = 10, int concurrency = 30, double learningRate = 1)
    {
        BufferedAggregatorOptions aggregation = BufferedAggregatorOptions.FedBuff(capacity, learningRate);
        aggregation.Concurrency = concurrency;
        return new SimulationRule { Name = "FedBuff", Selection = selection, Aggregation = aggregation, Server = AtWork(concurrency) };
    }

    /// <summary>Creates FTTE (after arXiv 2510.03165): K updates make a version, weighted by staleness and variance. A subset of the parameters is trained and sent as int8.</summary>
    /// <param name="selection">The selection; it must fit the memory of the weakest device.</param>
    /// <param name="capacity">K.</param>
    /// <param name="concurrency">M, the number of concurrent devices.</param>
    /// <param name="learningRate">The server's learning rate.</param>
    /// <returns>The rule.</returns>
    /// <remarks>The paper does not publish its formula for the weights. This rule uses <see cref="AgeAndVarianceWeighting"/>.</remarks>
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
