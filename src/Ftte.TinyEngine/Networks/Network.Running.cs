using Ftte.Selection;

namespace Ftte.TinyEngine;

public sealed partial class Network
{
    private const int DefaultEvaluationBatch = 16;

    /// <summary>Measures loss and accuracy.</summary>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="examples">The examples, at least one.</param>
    /// <param name="batchSize">The number of examples run at once, at least 1; the result does not depend on it.</param>
    /// <param name="threads">The number of threads; the result does not depend on it.</param>
    /// <returns>The evaluation.</returns>
    /// <exception cref="ArgumentException">The vector or the examples do not fit the network, or there are no examples.</exception>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network.</exception>
    public unsafe Evaluation Evaluate(ReadOnlySpan<float> parameters, IExampleSource examples, int batchSize = DefaultEvaluationBatch, int threads = 1)
    {
        CheckFits(parameters, examples);
        fixed (float* received = parameters)
        {
            using var frozen = new BorrowedVector(received, parameters.Length);
            return EvaluateFrozen(frozen, examples, batchSize, threads);
        }
    }

    /// <summary>Measures loss and accuracy.</summary>
    /// <param name="parameters">The parameters, in any format.</param>
    /// <param name="examples">The examples, at least one.</param>
    /// <param name="batchSize">The number of examples run at once, at least 1; the result does not depend on it.</param>
    /// <param name="threads">The number of threads; the result does not depend on it.</param>
    /// <returns>The evaluation.</returns>
    /// <exception cref="ArgumentException">The vector or the examples do not fit the network, or there are no examples.</exception>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network.</exception>
    public unsafe Evaluation EvaluateFrozen(FrozenParameters parameters, IExampleSource examples, int batchSize = DefaultEvaluationBatch, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        int count = CheckFits(examples);
        var options = new SgdOptions { BatchSize = Math.Min(batchSize, count) };
        var engine = new EngineOptions { PrefixExamples = null, Threads = threads };
        using var session = new TrainingSession(Plan(Nothing, Settings(options, engine, parameters)));
        using TrainingRun run = session.Begin(parameters, trained: null, count);
        return Evaluate(session, examples, count);
    }

    /// <summary>Measures loss and accuracy of a model of which only a selection changes: examples that were met before run through the trained suffix alone.</summary>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="examples">The examples, at least one, that do not vary between visits.</param>
    /// <param name="selection">What is trained.</param>
    /// <param name="features">Where what the frozen layers make of the examples is kept; for one call at a time.</param>
    /// <param name="batchSize">The number of examples run at once, at least 1; the result does not depend on it.</param>
    /// <returns>The evaluation, the same bits as without what is kept.</returns>
    /// <exception cref="ArgumentException">The vector, the examples or the selection do not fit, or features cannot be kept.</exception>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network.</exception>
    public unsafe Evaluation EvaluateSelected(
        ReadOnlySpan<float> parameters, IExampleSource examples, ParameterSelection selection, FeatureStore features, int batchSize = DefaultEvaluationBatch)
    {
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentNullException.ThrowIfNull(features);
        int count = CheckFits(parameters, examples);
        var options = new SgdOptions { BatchSize = Math.Min(batchSize, count) };
        var engine = new EngineOptions { FeatureStore = features };
        CheckCache(engine, examples, selection);
        float[] trained = new float[selection.Count];
        using var session = new TrainingSession(Plan(selection, Settings(options, engine, exampleCount: count)), engine);
        selection.Gather(parameters, trained);
        fixed (float* received = parameters, values = trained)
        {
            using var frozen = new BorrowedVector(received, parameters.Length);
            using TrainingRun run = session.Begin(frozen, values, count);
            return Evaluate(session, examples, count);
        }
    }

    /// <summary>Computes the gradient of the mean loss, for example to measure what training each block is worth.</summary>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="examples">The examples, at least one.</param>
    /// <param name="batchSize">The number of examples run at once, at least 1.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <returns>The gradient, one value per parameter; <see cref="BlockImportance.FromGradient"/> takes it.</returns>
    /// <exception cref="ArgumentException">The vector or the examples do not fit the network, or there are no examples.</exception>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public unsafe float[] Gradient(
        ReadOnlySpan<float> parameters, IExampleSource examples, int batchSize = DefaultEvaluationBatch, CancellationToken cancellationToken = default)
    {
        int count = CheckFits(parameters, examples);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        batchSize = Math.Min(batchSize, count);
        PlanSettings settings = Settings(new SgdOptions { BatchSize = batchSize }, engine: null) with { Accumulates = true };
        using var session = new TrainingSession(Plan(ParameterSelection.Full(Layout), settings));
        fixed (float* received = parameters)
        {
            // With everything selected, packed and dense are the same.
            using var frozen = new BorrowedVector(received, parameters.Length);
            using TrainingRun run = session.Begin(frozen, received, count);
            session.Pass.LossScale = 1f / count;
            session.Accumulators.Clear();
            for (int first = 0; first < count; first += batchSize)
            {
                cancellationToken.ThrowIfCancellationRequested();
                session.Forward(new ExampleBatch(examples, order: null, first, seed: null), 0, Math.Min(batchSize, count - first));
                session.Backward();
            }
        }

        return session.Accumulators.ToArray();
    }

    /// <summary>Trains where the data is central: a base model for devices to start from, or a reference to compare with.</summary>
    /// <param name="parameters">The flat vector, trained in place. If this throws, nothing has changed.</param>
    /// <param name="examples">The examples, at least one.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="selection">The coordinates to train; null for all.</param>
    /// <param name="engine">How memory and threads are used; null for the defaults.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ArgumentException">The vector, the examples, the options or the selection do not fit.</exception>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public unsafe TrainingSummary Train(
        Span<float> parameters,
        IExampleSource examples,
        SgdOptions? options = null,
        ParameterSelection? selection = null,
        EngineOptions? engine = null,
        CancellationToken cancellationToken = default)
    {
        CheckFits(parameters, examples);
        options ??= new SgdOptions();
        selection ??= options.Normalization == NormalizationMode.Batch ? ParameterSelection.Full(Layout) : Trainable;
        float[] trained = new float[selection.Count];
        TrainingSummary summary;
        fixed (float* received = parameters)
        {
            using var frozen = new BorrowedVector(received, parameters.Length);
            selection.Gather(parameters, trained);
            summary = TrainSelected(frozen, trained, examples, selection, options, engine, cancellationToken);
        }

        selection.Scatter(trained, parameters);
        return summary;
    }

    /// <summary>Trains a selection of which the rest is held in any format.</summary>
    /// <param name="frozen">The parameters that are not trained.</param>
    /// <param name="trained">The packed selected parameters, trained in place; left as they then are when training is cancelled.</param>
    /// <param name="examples">The examples, at least one.</param>
    /// <param name="selection">The coordinates to train.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="engine">How memory and threads are used; null for the defaults.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ArgumentException">The vectors, the examples, the options or the selection do not fit.</exception>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public unsafe TrainingSummary TrainSelected(
        FrozenParameters frozen,
        Span<float> trained,
        IExampleSource examples,
        ParameterSelection selection,
        SgdOptions? options = null,
        EngineOptions? engine = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(frozen);
        ArgumentNullException.ThrowIfNull(selection);
        int count = CheckFits(examples);
        options = options?.Copy() ?? new SgdOptions();
        CheckCache(engine, examples, selection);
        TrainingPlan plan = Plan(selection, Settings(options, engine, frozen, count));
        if (trained.Length != selection.Count)
        {
            throw new ArgumentException($"The selection has {selection.Count} parameters, the trained vector {trained.Length}.", nameof(trained));
        }

        using var session = new TrainingSession(plan, engine);
        fixed (float* values = trained)
        {
            using TrainingRun run = session.Begin(frozen, values, count);
            return Sgd.Run(session, examples, options, options.Seed, cancellationToken);
        }
    }

    /// <summary>Checks that examples can be fed to this network, and returns their number.</summary>
    internal int CheckFits(IExampleSource examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.InputLength != InputLength)
        {
            throw new ArgumentException($"Layer '{Operations[0].Name}' takes {InputLength} inputs, the examples have {examples.InputLength}.", nameof(examples));
        }

        int count = examples.Count;
        if (count < 1)
        {
            throw new ArgumentException("There are no examples; give at least one.", nameof(examples));
        }

        if (!Loss.TakesLabels && (examples is not ITargetSource targets || targets.TargetLength != OutputLength))
        {
            throw new ArgumentException(
                $"Loss '{Loss.Name}' compares {OutputLength} outputs with a target; give it examples that are an {nameof(ITargetSource)} of {OutputLength} values.", nameof(examples));
        }

        return count;
    }

    /// <summary>Checks that features of the frozen prefix may be kept, if that is asked for.</summary>
    internal void CheckCache(EngineOptions? engine, IExampleSource examples, ParameterSelection selection)
    {
        if (engine is not { KeepsFeatures: true })
        {
            return;
        }

        if (examples.VariesByDraw)
        {
            throw new ArgumentException("The examples vary between visits, so what the frozen layers make of them cannot be kept; turn CacheFrozenFeatures or the augmentation off, and give no FeatureStore.", nameof(engine));
        }

        int cut = Array.FindIndex(Operations, o => o.Trainable.Any(b => TileDecomposition.Selects(selection, b.Range)));
        if (Operations.Take(Math.Max(0, cut)).Any(o => o is Dropout { Rate: > 0 }))
        {
            throw new ArgumentException("There is dropout before the first trained layer, so what the frozen layers make cannot be kept; turn CacheFrozenFeatures off and give no FeatureStore.", nameof(engine));
        }
    }

    private Evaluation Evaluate(TrainingSession session, IExampleSource examples, int count)
    {
        int batch = session.Plan.BatchSize;
        for (int first = 0; first < count; first += batch)
        {
            session.Forward(new ExampleBatch(examples, order: null, first, seed: null), 0, Math.Min(batch, count - first));
        }

        return new Evaluation(
            session.Result.MeanLoss, ClassCount == 0 ? double.NaN : (double)session.Result.Correct / count, count);
    }

    private ParameterSelection Nothing => ParameterSelection.Create(Layout.ParameterCount, []);

    /// <summary>Checks that a vector and examples can be fed to this network, and returns the number of examples.</summary>
    internal int CheckFits(ReadOnlySpan<float> parameters, IExampleSource examples)
    {
        int count = CheckFits(examples);
        CheckFits(parameters);
        return count;
    }

    /// <summary>Checks that a vector is of this network.</summary>
    internal void CheckFits(ReadOnlySpan<float> parameters)
    {
        if (parameters.Length != Layout.ParameterCount)
        {
            throw new ArgumentException($"The network has {Layout.ParameterCount} parameters, the vector {parameters.Length}.", nameof(parameters));
        }
    }
}
