using System.Buffers;
using Ftte.Selection;
using Ftte.TinyEngine.Importance;
using Ftte.TinyEngine.Personalization;
using Microsoft.Extensions.Logging;

namespace Ftte.TinyEngine;

/// <summary>Trains a network on the examples of a device, in memory that is planned to the byte.</summary>
/// <remarks>
/// <para><b>Memory</b>: frozen parameters are read from the caller's vector. The selected ones are trained in a buffer from the pool, which then becomes
/// the update. All other data is in one arena, which is kept while the selection stays the same and replaced when it changes. A training step allocates
/// nothing. <see cref="TrainingPlan.PeakBytes"/> is the sum; note that the shared pool rounds a buffer up to a power of two. Before probing and evaluating, the trainer frees
/// the arena, so that two arenas are never held at the same time.</para>
/// <para><b>Budget</b>: if the assignment states <see cref="TrainingAssignment.MemoryBudgetBytes"/>, the maximum micro-batch whose plan fits is used. If none fits, the round throws
/// before it allocates memory.</para>
/// <para><b>Threading</b>: training runs on the calling thread, one call at a time. A call that begins before another one has ended, from another thread or from a callback, throws
/// <see cref="InvalidOperationException"/>.</para>
/// <para><b>Examples</b>: may be added, removed, replaced and relabeled between rounds; every round reads them again. Their number must not change during a round.</para>
/// <para><b>Reproducibility</b>: the order of the examples follows from <see cref="SgdOptions.Seed"/> and the assignment's update id, so every round
/// differs and every one can be repeated bit for bit.</para>
/// <para>If training diverges, the update contains NaN, and the server rejects it for that reason.</para>
/// </remarks>
public sealed class LocalTrainer : ILocalTrainer, IImportanceProbe, IModelEvaluator, IDisposable
{
    private readonly SgdOptions _options;
    private readonly MemoryPool<float> _pool;
    private readonly TrainingWarnings _warnings;
    private readonly ExclusiveCalls _calls;
    private readonly SessionCache _sessions;
    private readonly ExampleTraining _training;
    private readonly PersonalTraining? _personal;
    private readonly TrainingRound _round;
    private readonly DeviceProbe _probe;
    private readonly IExampleSource? _heldBack;
    private readonly HeldBackEvaluator? _evaluator;

    /// <summary>Creates a trainer; memory is allocated for the selection of the first assignment.</summary>
    /// <param name="network">The network to train.</param>
    /// <param name="examples">The device's examples, at least one.</param>
    /// <param name="options">The training options; null for the defaults. Copied.</param>
    /// <param name="pool">The pool of the update buffers; null for the shared pool.</param>
    /// <param name="engine">The engine options; null for the defaults. Copied.</param>
    /// <param name="probe">The options of measuring importance; null for the defaults. Copied.</param>
    /// <param name="logger">Receives <see cref="Warnings"/>; null for the trace listeners of the process.</param>
    /// <param name="heldBack">Examples that are never trained on, for evaluating versions if the server asks; null if the device does not evaluate.</param>
    /// <param name="personal">The personal parameters of the device, which are trained and never sent; null for none.</param>
    /// <param name="metrics">
    /// Computes metrics of the app, such as the macro F1 of <see cref="Metrics.ClassificationMetrics"/>, from a predictor of the evaluated model and the held-back examples. The values follow the loss and
    /// the accuracy in the answer, so the server's <see cref="EvaluationOptions.Metrics"/> must name them in the same order. The predictor is valid during the call only, and its memory counts
    /// toward the budget. Null for none.
    /// </param>
    /// <exception cref="ArgumentException">The examples or the personal model do not fit the network, or an option is out of range.</exception>
    public LocalTrainer(
        Network network,
        IExampleSource examples,
        SgdOptions? options = null,
        MemoryPool<float>? pool = null,
        EngineOptions? engine = null,
        ProbeOptions? probe = null,
        ILogger<LocalTrainer>? logger = null,
        IExampleSource? heldBack = null,
        PersonalModel? personal = null,
        Func<Predictor, IExampleSource, CancellationToken, float[]>? metrics = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        network.CheckFits(examples);
        _options = (options ?? new SgdOptions()).CopyFor(network);
        engine = engine?.Copy() ?? new EngineOptions();
        network.CreatePlanSettings(_options, engine, exampleCount: examples.Count);
        probe = probe?.Copy() ?? new ProbeOptions();
        probe.Validate();
        long personalBytes = personal?.MemoryBytes ?? 0;
        if (heldBack is not null)
        {
            network.CheckFits(heldBack);
            (_heldBack, _evaluator) = (heldBack, new HeldBackEvaluator(network, heldBack, engine, personal, metrics));
        }

        Network = network;
        _pool = pool ?? MemoryPool<float>.Shared;
        _warnings = new TrainingWarnings(logger);
        _warnings.Check(network, _options);
        _sessions = new SessionCache(network, examples, _options, engine, new BudgetPlanner(network, _options, engine, personalBytes));
        _calls = new ExclusiveCalls(this, _sessions.Free);
        _training = new ExampleTraining(network, examples, _warnings);
        if (personal is not null)
        {
            PersonalTraining.Check(personal, Layout, _options);
            _personal = new PersonalTraining(network, personal, _sessions, _training, _pool);
        }

        _round = new TrainingRound(_sessions, _training, _personal, _warnings, _options, _pool);
        _probe = new DeviceProbe(network, examples, probe, engine, personalBytes);
    }

    /// <summary>Gets the network.</summary>
    public Network Network { get; }

    /// <inheritdoc />
    public ParameterLayout Layout => Network.Layout;

    /// <summary>Gets the warnings about settings that are known to be fragile; empty if there are none.</summary>
    /// <value>Each entry is also logged once, when it is found: either when the trainer is created or during the first training run.</value>
    public IReadOnlyList<string> Warnings => _warnings.All;

    /// <summary>Gets the plan of the latest assignment; null before the first.</summary>
    public TrainingPlan? Plan => _sessions.Plan;

    /// <summary>Gets the summary of the latest training run.</summary>
    public TrainingSummary LastRun => _training.LastRun;

    /// <summary>Gets the result of the latest probe; null before the first.</summary>
    public ProbeResult? LastProbe => _probe.Latest;

    /// <summary>Gets the result of the latest evaluation on held-back examples; null before the first.</summary>
    public Evaluation? LastEvaluation { get; private set; }

    /// <inheritdoc />
    /// <value>True if there are held-back examples.</value>
    public bool CanEvaluate => _heldBack is { Count: > 0 };

    /// <inheritdoc />
    /// <exception cref="ArgumentException">
    /// The assignment, the vector or the examples do not fit the network, or <see cref="SgdOptions.Normalization"/> is <see cref="NormalizationMode.Batch"/> and
    /// the selection omits running statistics.
    /// </exception>
    /// <exception cref="BudgetTooSmallException">Training the selection needs more memory than the assignment's budget.</exception>
    /// <exception cref="InvalidOperationException">
    /// There are no examples, their number changed during the round, a label is not a class of the network, or another call has not ended.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The trainer was disposed, before the call or during it.</exception>
    public ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        return _calls.RunAsync(stop => Train(assignment, parameters, stop), cancellationToken);
    }

    /// <inheritdoc />
    /// <remarks>
    /// The values are those of <see cref="GradientEnergyProbe"/>, divided by their sum; <see cref="LastProbe"/> contains the measured values. The examples
    /// are the first ones that training would use with the same assignment. Measuring does not change later training.
    /// </remarks>
    /// <exception cref="ArgumentException">The assignment, the vector or the examples do not fit the network.</exception>
    /// <exception cref="InvalidOperationException">
    /// There are no examples, their number changed during the call, a label is not a class of the network, a gradient is not finite, or another call has not ended.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The trainer was disposed, before the call or during it.</exception>
    public ValueTask<SparseUpdate> ProbeAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, long memoryBudgetBytes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        ArgumentOutOfRangeException.ThrowIfNegative(memoryBudgetBytes);
        return _calls.RunAsync(stop => Probe(assignment, parameters, memoryBudgetBytes, stop), cancellationToken);
    }

    /// <inheritdoc />
    /// <remarks>
    /// The values are the mean loss, for a network with classes the accuracy, and the metrics of the app. The trainer frees its arena first, and takes no more memory than the plan of its latest training; if that does
    /// not limit it, up to 16 examples run at once. Evaluating does not change later training. With personal parameters that replace shared ones, as with <see cref="LocalHead"/>, the personal model
    /// is evaluated, in place; with a personal copy, as with <see cref="ProximalCopy"/> and <see cref="FineTuning"/>, the shared one.
    /// </remarks>
    /// <exception cref="ArgumentException">The assignment, the vector or the held-back examples do not fit the network.</exception>
    /// <exception cref="BudgetTooSmallException">Evaluating one example at a time needs more memory than the assignment's budget.</exception>
    /// <exception cref="InvalidOperationException">
    /// There are no held-back examples, their number changed during the call, a label is not a class of the network, or another call has not ended.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The trainer was disposed, before the call or during it.</exception>
    public ValueTask<SparseUpdate> EvaluateAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        return _calls.RunAsync(stop => Evaluate(assignment, parameters, stop), cancellationToken);
    }

    /// <summary>Computes and stores the missing features of all examples before the next round, for example while the device is idle and charging.</summary>
    /// <param name="selection">The selection of the last assignment.</param>
    /// <param name="parameters">The flat vector; only frozen parameters are used.</param>
    /// <param name="cancellationToken">Cancels between two examples; features that were computed stay stored.</param>
    /// <remarks>Does nothing if features are not stored (<see cref="EngineOptions.FeatureStore"/>), or if the first layer is trained.</remarks>
    /// <exception cref="ArgumentException">The selection, the vector or the examples do not fit the network.</exception>
    /// <exception cref="InvalidOperationException">There are no examples, their number changed during the call, or another call has not ended.</exception>
    /// <exception cref="ObjectDisposedException">The trainer was disposed, before the call or during it.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public void Prepare(ParameterSelection selection, ReadOnlySpan<float> parameters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(selection);
        _calls.Run(
            parameters,
            (vector, stop) =>
            {
                Network.CheckFits(vector);
                _round.Prepare(selection, vector, stop);
            },
            cancellationToken);
    }

    /// <summary>Trains the personal parameters on the examples of the device before the model is used; the shared parameters keep their values.</summary>
    /// <param name="parameters">The flat vector of the shared model.</param>
    /// <param name="memoryBudgetBytes">The memory budget of the device, in bytes; at least 0. Null for the budget of the latest training, and for no limit before the first.</param>
    /// <param name="cancellationToken">Cancels between two steps; the personal parameters are then not changed.</param>
    /// <returns>The summary of the run.</returns>
    /// <remarks>
    /// For people who did not take part in training, and with <see cref="FineTuning"/>. Follows <see cref="PersonalizationPolicy.Tuning"/>. The order of the examples follows from
    /// <see cref="SgdOptions.Seed"/> alone.
    /// </remarks>
    /// <exception cref="ArgumentException">The vector or the examples do not fit the network, or the budget is negative.</exception>
    /// <exception cref="BudgetTooSmallException">Training the personal parameters needs more memory than the budget.</exception>
    /// <exception cref="InvalidOperationException">
    /// The trainer has no personal model, there are no examples, their number changed during the call, a label is not a class of the network, or another call has not ended.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The trainer was disposed, before the call or during it.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public TrainingSummary Personalize(ReadOnlySpan<float> parameters, long? memoryBudgetBytes = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(memoryBudgetBytes ?? 0, nameof(memoryBudgetBytes));
        PersonalTraining personal = _personal ?? throw new InvalidOperationException($"The trainer has no personal model. Create it with a {nameof(PersonalModel)}.");
        _calls.Run(parameters, (vector, stop) => personal.Tune(vector, memoryBudgetBytes, _options, stop), cancellationToken);
        return LastRun;
    }

    /// <summary>Ends the threads of the trainer and frees its memory. A call that is still running ends at its next step with <see cref="ObjectDisposedException"/>.</summary>
    /// <remarks>Does not wait, so callbacks can call it. Memory, including <see cref="EngineOptions.Memory"/>, stays in use until the running call has ended.</remarks>
    public void Dispose() => _calls.Dispose();

    private SparseUpdate Train(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken stop)
    {
        CheckLayout(assignment, parameters);
        stop.ThrowIfCancellationRequested();
        return _round.Train(assignment, parameters.Span, SeedOf(assignment), stop);
    }

    private SparseUpdate Probe(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, long memoryBudgetBytes, CancellationToken stop)
    {
        CheckLayout(assignment, parameters);
        stop.ThrowIfCancellationRequested();
        _training.CountExamples();
        _sessions.Free();
        ProbeResult result = _probe.Measure(parameters.Span, memoryBudgetBytes, SeedOf(assignment), stop);
        double[] energies = [.. result.Importance.Values];
        _personal?.ClearImportance(energies);
        return SparseUpdate.Create(assignment.CreateHeader(result.ExampleCount), DeviceProbe.Normalize(energies), _pool);
    }

    private SparseUpdate Evaluate(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken stop)
    {
        CheckLayout(assignment, parameters);
        if (!CanEvaluate)
        {
            throw new InvalidOperationException("The device has no held-back examples. Pass them to the trainer, or set the client's role to TrainOnly.");
        }

        _sessions.Free();
        (Evaluation result, float[] values, _) = _evaluator!.Evaluate(parameters.Span, assignment.MemoryBudgetBytes ?? long.MaxValue, Plan?.PeakBytes ?? long.MaxValue, stop);
        LastEvaluation = result;
        return SparseUpdate.Create(assignment.CreateHeader(result.Count), values, _pool);
    }

    /// <summary>Returns the seed of an assignment: it differs between rounds, and a round can be repeated.</summary>
    private ulong SeedOf(TrainingAssignment assignment) => SplitMix64.At(_options.Seed, assignment.UpdateId.Value);

    private void CheckLayout(TrainingAssignment assignment, ReadOnlyMemory<float> parameters)
    {
        if (assignment.LayoutFingerprint != Layout.Fingerprint)
        {
            throw new ArgumentException("The assignment is for a model with another layout. Create the trainer with the network that the server trains.", nameof(assignment));
        }

        if (parameters.Length != Layout.ParameterCount)
        {
            throw new ArgumentException($"The network has {Layout.ParameterCount} parameters, but the vector has {parameters.Length}. Specify the flat vector of this network.", nameof(parameters));
        }
    }
}
