namespace Ftte.TinyEngine;

/// <summary>Stochastic gradient descent over examples in a random order: the one loop behind devices and central training.</summary>
internal static class Sgd
{
    /// <summary>Trains.</summary>
    /// <param name="session">The plan and its memory.</param>
    /// <param name="received">The whole vector, read only.</param>
    /// <param name="trained">The packed selected parameters, trained in place.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="options">The options, valid.</param>
    /// <param name="seed">Decides the order of the examples.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    public static TrainingSummary Run(
        TrainingSession session,
        ReadOnlySpan<float> received,
        Span<float> trained,
        IExampleSource examples,
        SgdOptions options,
        ulong seed,
        CancellationToken cancellationToken)
    {
        int stepsPerEpoch = (int)(((long)examples.Count + options.BatchSize - 1) / options.BatchSize);
        long steps = options.Steps ?? (long)stepsPerEpoch * options.Epochs;
        long seen = 0;
        for (long step = 0; step < steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (long epoch, long stepInEpoch) = Math.DivRem(step, stepsPerEpoch);
            if (stepInEpoch == 0)
            {
                session.Result.Clear();
            }

            int first = (int)(stepInEpoch * options.BatchSize);
            int count = Math.Min(options.BatchSize, examples.Count - first);
            var shuffle = new Shuffle(examples.Count, SplitMix64.At(seed, (ulong)epoch));
            for (int place = 0; place < count; place++)
            {
                session.Load(place, examples, shuffle[first + place]);
            }

            var pass = new TrainingPass
            {
                Arena = session.Arena,
                Result = session.Result,
                Examples = count,
                Received = received,
                Trained = trained,
                Target = trained,
                LossScale = 1f / count,
                Rate = options.LearningRate,
                Shrink = 1 - (options.LearningRate * options.WeightDecay),
            };
            session.Forward(pass);
            session.Backward(pass);
            seen += count;
        }

        return new TrainingSummary(steps, seen, session.Result.MeanLoss);
    }
}
