namespace Ftte.TinyEngine.Importance;

/// <summary>Computes the gradient of each example's loss, one example at a time.</summary>
internal static class ExampleGradients
{
    /// <summary>Computes the gradient of every example.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="use">Receives each gradient, one value per parameter, valid only during the call.</param>
    /// <param name="cancellationToken">Cancels between two examples.</param>
    public static unsafe void ForEach(
        Network network, ReadOnlySpan<float> parameters, IExampleSource examples, Action<ReadOnlySpan<float>> use, CancellationToken cancellationToken)
    {
        int count = network.CheckFits(parameters, examples);
        var settings = new PlanSettings(BatchSize: 1, MicroBatchSize: 1) { Accumulates = true };
        using var session = new TrainingSession(network.Plan(ParameterSelection.Full(network.Layout), settings));
        fixed (float* received = parameters)
        {
            // If all parameters are selected, the packed vector is the dense one.
            using var frozen = new BorrowedVector(received, parameters.Length);
            using TrainingRun run = session.Begin(frozen, received, count);
            session.Pass.LossScale = 1;
            for (int n = 0; n < count; n++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                session.Accumulators.Clear();
                session.Forward(new ExampleBatch(examples, order: null, n, seed: null), 0, 1);
                session.Backward();
                use(session.Accumulators);
            }
        }
    }
}
