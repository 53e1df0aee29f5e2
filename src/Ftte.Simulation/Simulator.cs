using System.Collections.Immutable;
using Ftte.Aggregation;
using Ftte.Simulation.Jobs;
using Ftte.Simulation.Journal;
using Ftte.Simulation.Running;
using Ftte.Wire;

namespace Ftte.Simulation;

/// <summary>Runs a rule on simulated devices, with the production server and clients in virtual time.</summary>
/// <remarks>
/// <para>This is a discrete-event simulation: the clock jumps from one event to the next. Every message is written and read in the wire format, so bytes and values are
/// those of production. Devices hold the start model when the run begins, as if the app had included it.</para>
/// <para>With <see cref="ValueFormat.Float32"/> down, a device holds the last version that it received, and downloads the changes since. With a lossy format, it holds
/// the start model only, and downloads all changes since then. So the simulation stores no parameters per device, only small records.</para>
/// <para>The same arguments give the same bits at any number of threads, and on any machine if the trainers do.</para>
/// </remarks>
public static class Simulator
{
    /// <summary>Runs a simulation until a limit is reached.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="start">The start model, which all devices hold.</param>
    /// <param name="devices">The devices.</param>
    /// <param name="task">The learning task.</param>
    /// <param name="options">The options, such as limits and the seed.</param>
    /// <param name="cancellationToken">Ends the run early. The result then contains everything until that moment.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException">An option is out of range, the rule is of another model or can never publish, or two devices have the same name.</exception>
    /// <exception cref="InvalidDataException">The journal is of another run.</exception>
    /// <exception cref="InvalidOperationException">A trainer, an evaluation or the rule's aggregator failed or returned an invalid value. The message states which.</exception>
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
        Check(rule, devices.Count(device => device.Role != ClientRole.EvaluateOnly));
        return RunAsync(new RunInput(rule, start, devices, task, options), decorate: null, cancellationToken);
    }

    /// <summary>Evaluates the last version on every device with the state that the device has at the end of a run, such as its personal parameters.</summary>
    /// <param name="result">The result of a run of the same task.</param>
    /// <param name="task">The task.</param>
    /// <param name="threads">The number of threads, at least 1; the result does not depend on it.</param>
    /// <param name="cancellationToken">Cancels between two devices.</param>
    /// <returns>The quality on each device, in the order of the devices.</returns>
    /// <exception cref="ArgumentException">The result has no model or no states of devices, for example because it was read from a file.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static async Task<ImmutableArray<ModelQuality>> EvaluateDevicesAsync(
        SimulationResult result, IStatefulTask task, int threads = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(task);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        if (result is not { Model: { } model, DeviceStates.IsEmpty: false })
        {
            throw new ArgumentException($"The result of {result.Rule} has no model or no states of devices. Specify the result of a run of an {nameof(IStatefulTask)} that was not read from a file.", nameof(result));
        }

        using var workers = new TrainingWorkers(threads);
        return [.. await Task.WhenAll(result.DeviceStates.Select((state, device) => workers.RunAsync(() => Evaluate(device, state), (TimeSpan.Zero, device)))).ConfigureAwait(false)];

        ModelQuality Evaluate(int device, ReadOnlyMemory<byte> state)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return task.EvaluateDevice(device, model, new MemoryStateStore(state.Span), cancellationToken);
        }
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
                $"{rule.Name} makes a version of {aggregation.Capacity} updates, at most {aggregation.MaxUpdatesPerClient} per device, and there are {devices} devices that train, so no version would ever be complete. "
                + "Specify more devices or a smaller capacity.",
                nameof(rule));
        }
    }

    private static void Check(ImmutableArray<SimulatedDevice> devices)
    {
        if (devices.IsDefaultOrEmpty)
        {
            throw new ArgumentException("There are no devices. Specify at least one.", nameof(devices));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (SimulatedDevice device in devices)
        {
            device.Validate();
            if (!names.Add(device.Name))
            {
                throw new ArgumentException($"Two devices are named '{device.Name}'. Give each device a unique name.", nameof(devices));
            }
        }
    }
}
