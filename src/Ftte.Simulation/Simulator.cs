using System.Collections.Immutable;
using Ftte.Aggregation;
using Ftte.Simulation.Jobs;
using Ftte.Simulation.Journal;
using Ftte.Simulation.Running;
using Ftte.Wire;

namespace Ftte.Simulation;

/// <summary>Runs a rule over simulated devices: the server and the clients of production, in virtual time.</summary>
/// <remarks>
/// <para>A discrete-event simulation: the clock jumps from one event to the next, and nothing else moves it. Every message goes through the wire format, so bytes
/// are what would travel and values what would arrive. Devices begin with the start model, as if the app had brought it.</para>
/// <para>With <see cref="ValueFormat.Float32"/> down, a device keeps what it received last and is sent what has changed since. With a lossy format it keeps the
/// start model alone, and is sent all that has changed since then; so the simulation holds no parameters per device, and memory grows with the devices
/// only by small records.</para>
/// <para>The same arguments give the same bits on any number of threads, and on any machine if the trainers do.</para>
/// </remarks>
public static class Simulator
{
    /// <summary>Runs until a limit is reached.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="start">The start model, which devices have already.</param>
    /// <param name="devices">The devices.</param>
    /// <param name="task">What they learn.</param>
    /// <param name="options">How long, and from which seed.</param>
    /// <param name="cancellationToken">Ends the run early: what there is so far is the result.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="ArgumentException">An option is out of range, the rule is of another model or can never publish, or two devices have one name.</exception>
    /// <exception cref="InvalidDataException">The journal is not this run's.</exception>
    /// <exception cref="InvalidOperationException">A trainer, an evaluation or the rule's aggregator failed or gave what cannot be; the message says which.</exception>
    public static Task<SimulationResult> RunAsync(
        SimulationRule rule,
        ModelSnapshot start,
        ImmutableArray<SimulatedDevice> devices,
        ILearningTask task,
        SimulationOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Check(devices);
        Check(rule, devices.Length);
        return RunAsync(new RunInput(rule, start, devices, task, options), decorate: null, cancellationToken);
    }

    /// <summary>Runs a simulation of valid arguments.</summary>
    /// <param name="input">The arguments.</param>
    /// <param name="decorate">Creates the server that devices call from the production server; null if they call that one.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    internal static async Task<SimulationResult> RunAsync(RunInput input, Func<IFederatedServer, IFederatedServer>? decorate, CancellationToken cancellationToken)
    {
        using JournalFile? journal = input.Options.Journal is { } options ? JournalFile.Open(options.Path, Describe(options, input)) : null;
        using var workers = new TrainingWorkers(input.Options.Threads);
        await using var run = new SimulationRun(input, workers, journal, decorate, cancellationToken);
        SimulationResult result = await run.RunAsync().ConfigureAwait(false);
        if (result.IsComplete)
        {
            journal?.Delete();
        }

        return result;
    }

    private static string Describe(RunJournal journal, RunInput input) =>
        $"{journal.Description}; {input.Rule.Name}, {input.Rule.Selection.Count} of {input.Rule.Selection.ParameterCount} parameters, {input.Devices.Length} devices, seed {input.Options.Seed}";

    private static void Check(SimulationRule rule, int devices)
    {
        BufferedAggregatorOptions aggregation = rule.Aggregation;
        bool isPublished = rule.CreateAggregator is not null || rule.Server.PublishTimeout is not null || aggregation.Capacity <= (long)devices * aggregation.MaxUpdatesPerClient;
        if (!isPublished)
        {
            throw new ArgumentException(
                $"{rule.Name} makes a version of {aggregation.Capacity} updates, {aggregation.MaxUpdatesPerClient} of a device at most, and there are {devices} devices: there would never be one. "
                + "Give more devices, or a smaller capacity.",
                nameof(rule));
        }
    }

    private static void Check(ImmutableArray<SimulatedDevice> devices)
    {
        if (devices.IsDefaultOrEmpty)
        {
            throw new ArgumentException("There are no devices; give at least one.", nameof(devices));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (SimulatedDevice device in devices)
        {
            device.Validate();
            if (!names.Add(device.Name))
            {
                throw new ArgumentException($"Two devices are called '{device.Name}'; give each a name of its own.", nameof(devices));
            }
        }
    }
}
