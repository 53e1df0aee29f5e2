using System.Collections.Immutable;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.Simulation;
using Ftte.TinyEngine;
using Ftte.TinyEngine.Metrics;
using Ftte.TinyEngine.Personalization;
using Ftte.TinyEngine.TimeSeries;
using Ftte.Wire;
using Wearables.Data;

namespace Wearables.Learning;

/// <summary>Runs the methods on one kind of device in one fold with one seed. Each kind has a model of its own, except for <see cref="Method.IsForBothKinds"/>.</summary>
/// <param name="options">The settings of the command.</param>
/// <param name="devices">The devices of all people, of any kind.</param>
/// <param name="kind">The kind of device.</param>
/// <param name="fold">The fold.</param>
/// <param name="seed">The seed.</param>
internal sealed class Trial(WearablesOptions options, ImmutableArray<PersonDevice> devices, WearableDevice kind, int fold, ulong seed)
{
    /// <summary>The maximum norm of a unit's gradient, as a multiple of the norm of its weights: above the library's default, which needs more steps here.</summary>
    public const float ClipRatio = 2;

    private const int Batch = 10, EvaluateEvery = 10;
    private const float TuningRate = 0.1f;

    // Updates are averages over half of the devices, and so shorter than those of each; a step of 2 moves the model faster.
    private const double ServerStep = 2;

    private static readonly int?[] LabeledRecordings = [1, 2, null];

    private readonly Network _network = MotionNetwork.Create();
    private readonly SgdOptions _sgd = new() { BatchSize = Batch, LearningRate = options.LearningRate, ClipRatio = ClipRatio, Seed = seed };
    private Cohort? _own, _both;
    private SimulationResult? _shared;

    /// <summary>Gets the simulated devices of the participants.</summary>
    public ImmutableArray<SimulatedDevice> Devices => Own.Devices;

    private string KindName => $"{kind}".ToLowerInvariant();

    private Cohort Own => _own ??= CreateCohort(kind);

    private Cohort Both => _both ??= CreateCohort(Enum.GetValues<WearableDevice>());

    /// <summary>Runs a method.</summary>
    /// <param name="method">The method.</param>
    /// <param name="report">Receives the progress.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The result, and the course of the federation if there is one.</returns>
    /// <exception cref="OperationCanceledException">The work was canceled.</exception>
    public async Task<(MethodResult Result, SimulationResult? Run)> RunAsync(Method method, ReportProgress report, CancellationToken cancellationToken)
    {
        SimulationResult? run = method.Training is Training.FedAvg or Training.Ftte ? await FederateAsync(method, report, cancellationToken) : null;
        ImmutableArray<Score> scores = method.Training switch
        {
            Training.Base => [.. Shared(Own.Central.Base(report, cancellationToken))],
            Training.Pooled => [.. Shared(Own.Central.Pool(report, cancellationToken))],
            Training.Local => [.. Local(report, cancellationToken)],
            _ => method.IsPersonal ? [.. Personal(method, run!, cancellationToken)] : [.. Shared(run!.Model!.Parameters.ToArray())],
        };
        var result = new MethodResult(
            options.Settings,
            seed,
            fold,
            KindName,
            method.Name,
            run?.Duration.TotalSeconds,
            run?.Totals.BytesUp,
            run?.Totals.BytesDown,
            run is null ? null : MemoryOf(method),
            scores);
        return (result, run);
    }

    /// <summary>Returns the model that a device uses.</summary>
    /// <param name="method">The method, with a policy.</param>
    /// <param name="shared">The shared model.</param>
    /// <param name="device">The device.</param>
    /// <param name="labeled">The number of recordings on which it tunes its personal parameters before use; null for all, 0 for no tuning.</param>
    /// <param name="state">The state that the federation left on the device; empty for a newcomer.</param>
    /// <param name="cancellationToken">Cancels between two steps.</param>
    public float[] ModelOf(Method method, ReadOnlySpan<float> shared, PersonDevice device, int? labeled, ReadOnlySpan<byte> state, CancellationToken cancellationToken)
    {
        bool isTuned = labeled != 0;
        (IExampleSource training, IExampleSource? last) = isTuned && method.Chooses ? device.Divide(labeled) : (device.First(isTuned ? labeled : null), null);

        // The number of steps does not depend on how many windows are labeled: with one recording, few epochs would be few steps.
        int epochs = Math.Max(1, options.TuningSteps * Batch / training.Count);
        var personal = new PersonalModel(_network, Policy(method, epochs)!, new MemoryStateStore(state), MotionNetwork.Lineage);
        float[] mine = new float[shared.Length];
        if (isTuned)
        {
            var sgd = new SgdOptions { BatchSize = Batch, LearningRate = TuningRate, Steps = options.TuningSteps, Seed = seed };
            using var trainer = new LocalTrainer(_network, training, sgd, engine: Own.Plan.Engine, personal: personal);
            trainer.Personalize(shared, cancellationToken: cancellationToken);
        }

        if (last is null)
        {
            personal.CopyTo(shared, mine);
        }
        else
        {
            personal.Choose(shared, last, mine);
        }

        return mine;
    }

    private async Task<SimulationResult> FederateAsync(Method method, ReportProgress report, CancellationToken cancellationToken)
    {
        // Tuning before use does not change the federation.
        if (method.TunesOnly && _shared is not null)
        {
            return _shared;
        }

        Cohort cohort = CohortOf(method);
        float[] start = cohort.Central.Base(report, cancellationToken);
        bool isPlanned = method.Training == Training.Ftte;
        ParameterSelection selection = isPlanned ? cohort.Plan.Selection : _network.Trainable;
        var task = new WearableTask(
            _network,
            cohort.Data.Participants,
            _sgd,
            new WorkCost(_network, _sgd, isPlanned ? cohort.Plan.Engine : null),
            MemoryOf(method),
            method.TunesOnly ? null : Policy(method, Method.HeadEpochs));
        int count = cohort.Devices.Length, capacity = Math.Max(2, count / 2);
        SimulationRule rule = isPlanned
            ? SimulationRule.Ftte(selection, capacity, concurrency: capacity, ServerStep)
            : SimulationRule.FedAvg(selection, capacity, overSelection: 1, ServerStep);
        rule = method.IsQuantized ? rule with { Down = ValueFormat.Int8, Up = ValueFormat.Int8 } : rule;
        rule = rule with { Name = method.TunesOnly ? Method.Shared : method.Name, Evaluation = new EvaluationOptions { Devices = count, EveryVersions = EvaluateEvery, KeepBest = false } };
        var simulation = new SimulationOptions
        {
            Seed = seed,
            Threads = options.Threads,
            MaxVersions = options.Versions,
            EvaluateEveryVersions = EvaluateEvery,

            // Devices take turns, so that slow watches train as often as fast phones.
            Order = DeviceOrder.LongestIdle,

            // No evaluation gains 100 %, so this reduces the step twice, after each third of the jobs.
            Plateau = new PlateauOptions { PatienceJobs = Math.Max(1, (long)options.Versions * capacity / 3), MinGain = 1 },
            Progress = progress => report(progress.Share, SimulationTrack.Describe(progress)),
        };
        SimulationResult result = await Simulator.RunAsync(rule, new ModelSnapshot(_network.Layout, default, start), cohort.Devices, task, simulation, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        _shared = result.Rule == Method.Shared ? result : _shared;
        return result;
    }

    private long MemoryOf(Method method) => method.Training == Training.Ftte ? CohortOf(method).Plan.Measure(_network, _sgd, method) : _network.Plan(_network.Trainable, _sgd).EagerBytes;

    private PersonalizationPolicy? Policy(Method method, int epochs) => method.CreatePolicy?.Invoke(CohortOf(method).Plan.Blocks, epochs);

    /// <summary>Scores one model on all devices.</summary>
    private IEnumerable<Score> Shared(float[] parameters) =>
        Own.Data.Participants.Select(device => Score(device, isNewcomer: false, labeled: 0, parameters)).Concat(Own.Data.Newcomers.Select(device => Score(device, isNewcomer: true, labeled: 0, parameters)));

    /// <summary>Scores models that each device trains alone.</summary>
    private IEnumerable<Score> Local(ReportProgress report, CancellationToken cancellationToken)
    {
        foreach (PersonDevice device in Own.Data.Participants)
        {
            yield return Score(device, isNewcomer: false, labeled: null, Own.Central.TrainAlone(device.Training, report, cancellationToken));
        }

        foreach (PersonDevice device in Own.Data.Newcomers)
        {
            foreach (int? labeled in LabeledRecordings)
            {
                yield return Score(device, isNewcomer: true, labeled, Own.Central.TrainAlone(device.First(labeled), report, cancellationToken));
            }
        }
    }

    /// <summary>Scores personal models.</summary>
    private IEnumerable<Score> Personal(Method method, SimulationResult run, CancellationToken cancellationToken)
    {
        float[] shared = run.Model!.Parameters.ToArray();
        for (int i = 0; i < Own.Data.Participants.Length; i++)
        {
            PersonDevice device = Own.Data.Participants[i];
            float[] mine = method.TunesOnly
                ? ModelOf(method, shared, device, labeled: null, state: [], cancellationToken)
                : ModelOf(method, shared, device, labeled: 0, run.DeviceStates[i].Span, cancellationToken);
            yield return Score(device, isNewcomer: false, labeled: null, mine);
        }

        foreach (PersonDevice device in Own.Data.Newcomers)
        {
            foreach (int? labeled in LabeledRecordings.Prepend(0))
            {
                yield return Score(device, isNewcomer: true, labeled, ModelOf(method, shared, device, labeled, state: [], cancellationToken));
            }
        }
    }

    private Score Score(PersonDevice device, bool isNewcomer, int? labeled, float[] parameters)
    {
        using Predictor predictor = _network.CreatePredictor(parameters, new PredictorOptions { BatchSize = 16 });
        ConfusionMatrix confusion = ClassificationMetrics.Measure(predictor, device.Test).Confusion;
        return new Score(device.Person, isNewcomer, labeled, confusion.Accuracy, confusion.MacroF1);
    }

    private Cohort CohortOf(Method method) => method.IsForBothKinds ? Both : Own;

    // The windows of each kind are normalized with statistics of their own.
    private Cohort CreateCohort(params WearableDevice[] kinds)
    {
        FoldData[] parts = [.. kinds.Select(each => FoldData.Create([.. devices.Where(device => device.Kind == each)], fold, seed, options.Scaling))];
        var data = new FoldData([.. parts.SelectMany(part => part.Base)], [.. parts.SelectMany(part => part.Newcomers)], [.. parts.SelectMany(part => part.Participants)]);
        return new Cohort(_network, _sgd, options, data, seed);
    }
}
