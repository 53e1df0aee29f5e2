using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>Trains networks on central data, and computes gradients. On devices, use <see cref="LocalTrainer"/>.</summary>
public static class NetworkTraining
{
    /// <summary>Computes the gradient of the mean loss, for example to measure the importance of each block.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="examples">The examples, at least one.</param>
    /// <param name="batchSize">The number of examples run at once, at least 1.</param>
    /// <param name="cancellationToken">Cancels between two batches.</param>
    /// <returns>The gradient, one value per parameter; <see cref="BlockImportance.FromGradient"/> takes it.</returns>
    /// <exception cref="ArgumentException">The vector or the examples do not fit the network, or there are no examples.</exception>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static unsafe float[] Gradient(
        this Network network,
        ReadOnlySpan<float> parameters,
        IExampleSource examples,
        int batchSize = NetworkEvaluation.DefaultBatch,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        int count = network.CheckFits(parameters, examples);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        batchSize = Math.Min(batchSize, count);
        PlanSettings settings = network.CreatePlanSettings(new SgdOptions { BatchSize = batchSize }, engine: null) with { Accumulates = true };
        using var session = new TrainingSession(network.Plan(ParameterSelection.Full(network.Layout), settings));
        fixed (float* received = parameters)
        {
            // If all parameters are selected, the packed vector is the dense one.
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

    /// <summary>Trains on central data: a base model for devices to start from, or a reference to compare with.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">The flat vector, trained in place. Unchanged if an exception is thrown.</param>
    /// <param name="examples">The examples, at least one.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="selection">The coordinates to train; null for all.</param>
    /// <param name="engine">The engine options; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels between two steps.</param>
    /// <returns>The summary of the run.</returns>
    /// <exception cref="ArgumentException">The vector, the examples, the options or the selection do not fit.</exception>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static unsafe TrainingSummary Train(
        this Network network,
        Span<float> parameters,
        IExampleSource examples,
        SgdOptions? options = null,
        ParameterSelection? selection = null,
        EngineOptions? engine = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        network.CheckFits(parameters, examples);
        options ??= new SgdOptions();
        selection ??= options.Normalization == NormalizationMode.Batch ? ParameterSelection.Full(network.Layout) : network.Trainable;
        float[] trained = new float[selection.Count];
        TrainingSummary summary;
        fixed (float* received = parameters)
        {
            using var frozen = new BorrowedVector(received, parameters.Length);
            selection.Gather(parameters, trained);
            summary = network.TrainSelected(frozen, trained, examples, selection, options, engine, cancellationToken);
        }

        selection.Scatter(trained, parameters);
        return summary;
    }

    /// <summary>Trains a selection, with the other parameters in any format.</summary>
    /// <param name="network">The network.</param>
    /// <param name="frozen">The parameters that are not trained.</param>
    /// <param name="trained">The packed selected parameters, trained in place; if training is canceled, they keep the values of the last step.</param>
    /// <param name="examples">The examples, at least one.</param>
    /// <param name="selection">The coordinates to train.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="engine">The engine options; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels between two steps.</param>
    /// <returns>The summary of the run.</returns>
    /// <exception cref="ArgumentException">The vectors, the examples, the options or the selection do not fit.</exception>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static unsafe TrainingSummary TrainSelected(
        this Network network,
        FrozenParameters frozen,
        Span<float> trained,
        IExampleSource examples,
        ParameterSelection selection,
        SgdOptions? options = null,
        EngineOptions? engine = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(frozen);
        ArgumentNullException.ThrowIfNull(selection);
        int count = network.CheckFits(examples);
        options = (options ?? new SgdOptions()).CopyFor(network);
        network.CheckCache(engine, examples, selection);
        TrainingPlan plan = network.Plan(selection, network.CreatePlanSettings(options, engine, frozen, count));
        if (trained.Length != selection.Count)
        {
            throw new ArgumentException($"The selection has {selection.Count} parameters, but the trained vector has {trained.Length}. Specify a vector with one value per selected parameter.", nameof(trained));
        }

        using var session = new TrainingSession(plan, engine);
        fixed (float* values = trained)
        {
            using TrainingRun run = session.Begin(frozen, values, count);
            return Sgd.Run(session, examples, options, options.Seed, cancellationToken);
        }
    }
}
