namespace Ftte.TinyEngine;

/// <summary>Evaluates the loss and the accuracy of networks.</summary>
public static class NetworkEvaluation
{
    internal const int DefaultBatch = 16;

    /// <summary>Evaluates loss and accuracy.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="examples">The examples, at least one.</param>
    /// <param name="batchSize">The number of examples run at once, at least 1; the result does not depend on it.</param>
    /// <param name="threads">The number of threads; the result does not depend on it.</param>
    /// <returns>The evaluation.</returns>
    /// <exception cref="ArgumentException">The vector or the examples do not fit the network, or there are no examples.</exception>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network.</exception>
    public static unsafe Evaluation Evaluate(this Network network, ReadOnlySpan<float> parameters, IExampleSource examples, int batchSize = DefaultBatch, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(network);
        network.CheckFits(parameters, examples);
        fixed (float* received = parameters)
        {
            using var frozen = new BorrowedVector(received, parameters.Length);
            return network.EvaluateFrozen(frozen, examples, batchSize, threads);
        }
    }

    /// <summary>Evaluates loss and accuracy.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">The parameters, in any format.</param>
    /// <param name="examples">The examples, at least one.</param>
    /// <param name="batchSize">The number of examples run at once, at least 1; the result does not depend on it.</param>
    /// <param name="threads">The number of threads; the result does not depend on it.</param>
    /// <returns>The evaluation.</returns>
    /// <exception cref="ArgumentException">The vector or the examples do not fit the network, or there are no examples.</exception>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network.</exception>
    public static unsafe Evaluation EvaluateFrozen(this Network network, FrozenParameters parameters, IExampleSource examples, int batchSize = DefaultBatch, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(parameters);
        int count = network.CheckFits(examples);
        var options = new SgdOptions { BatchSize = Math.Min(batchSize, count) };
        var engine = new EngineOptions { PrefixExamples = null, Threads = threads };
        using var session = new TrainingSession(network.Plan(ParameterSelection.Create(network.Layout.ParameterCount, []), network.CreatePlanSettings(options, engine, parameters)));
        using TrainingRun run = session.Begin(parameters, trained: null, count);
        return Evaluate(session, examples, count);
    }

    /// <summary>Evaluates loss and accuracy of a model in which only a selection changes. Examples with stored features run only through the trained suffix.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="examples">The examples, at least one, that do not vary between visits.</param>
    /// <param name="selection">The trained coordinates.</param>
    /// <param name="features">The store of the output of the frozen layers for the examples. Only one call can use it at a time.</param>
    /// <param name="batchSize">The number of examples run at once, at least 1; the result does not depend on it.</param>
    /// <returns>The evaluation, bit-identical to the one without the store.</returns>
    /// <exception cref="ArgumentException">The vector, the examples or the selection do not fit, or features cannot be kept.</exception>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network.</exception>
    public static unsafe Evaluation EvaluateSelected(
        this Network network,
        ReadOnlySpan<float> parameters,
        IExampleSource examples,
        ParameterSelection selection,
        FeatureStore features,
        int batchSize = DefaultBatch)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentNullException.ThrowIfNull(features);
        int count = network.CheckFits(parameters, examples);
        var options = new SgdOptions { BatchSize = Math.Min(batchSize, count) };
        var engine = new EngineOptions { FeatureStore = features };
        network.CheckCache(engine, examples, selection);
        float[] trained = new float[selection.Count];
        using var session = new TrainingSession(network.Plan(selection, network.CreatePlanSettings(options, engine, exampleCount: count)), engine);
        selection.Gather(parameters, trained);
        fixed (float* received = parameters, values = trained)
        {
            using var frozen = new BorrowedVector(received, parameters.Length);
            using TrainingRun run = session.Begin(frozen, values, count);
            return Evaluate(session, examples, count);
        }
    }

    /// <summary>Evaluates within a run of a session.</summary>
    internal static Evaluation Evaluate(TrainingSession session, IExampleSource examples, int count, CancellationToken stop = default)
    {
        int batch = session.Plan.BatchSize;
        for (int first = 0; first < count; first += batch)
        {
            stop.ThrowIfCancellationRequested();
            session.Forward(new ExampleBatch(examples, order: null, first, seed: null), 0, Math.Min(batch, count - first));
        }

        return new Evaluation(
            session.Result.MeanLoss, session.Plan.Network.ClassCount == 0 ? double.NaN : (double)session.Result.Correct / count, count);
    }
}
