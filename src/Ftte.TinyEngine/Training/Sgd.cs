using System.Collections.Immutable;
using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine;

/// <summary>Runs stochastic gradient descent over examples in a random order, on devices and in central training.</summary>
internal static unsafe class Sgd
{
    // The streams of random bits are separate from the order of the examples, which uses the first numbers of the seed.
    private const ulong VisitStream = 0x5649534954;

    /// <summary>Trains the parameters of a session.</summary>
    /// <param name="session">The plan and its memory, in a run.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="options">The options, valid.</param>
    /// <param name="seed">The seed of the order of the examples, of their augmentation and of dropout.</param>
    /// <param name="cancellationToken">Cancels between two steps.</param>
    /// <param name="scope">The part of the selection to change; null for all.</param>
    public static TrainingSummary Run(
        TrainingSession session, IExampleSource examples, SgdOptions options, ulong seed, CancellationToken cancellationToken, RunScope? scope = null)
    {
        scope ??= session.WholeScope;
        TrainingPass pass = session.Pass;
        int exampleCount = examples.Count;
        int stepsPerEpoch = (int)(((long)exampleCount + options.BatchSize - 1) / options.BatchSize);
        long steps = options.Steps ?? (long)stepsPerEpoch * options.Epochs;
        long seen = 0;
        session.Velocity.Clear();
        session.CalibrateLabels(examples, options.LabelCalibration);
        pass.ClipRatio = (options.ClipRatio ?? 0) / scope.TrainedLayers;
        pass.Held = scope.Held;
        pass.Proximal = CreateProximalTerm(session, options.ProximalStrength, scope.AnchoredRuns);
        for (long step = 0; step < steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (long epoch, long stepInEpoch) = Math.DivRem(step, stepsPerEpoch);
            if (stepInEpoch == 0)
            {
                session.Result.Clear();
            }

            int first = (int)(stepInEpoch * options.BatchSize);
            int count = Math.Min(options.BatchSize, exampleCount - first);
            var order = new Shuffle(exampleCount, SplitMix64.At(seed, (ulong)epoch));
            pass.Seed = SplitMix64.At(seed ^ VisitStream, (ulong)step);
            pass.LossScale = 1f / count;
            (pass.Rate, pass.Decay, pass.Momentum) = (RateAt(options, step, steps), options.WeightDecay, options.Momentum);
            Step(session, new ExampleBatch(examples, order, first, pass.Seed), count, options, scope);
            seen += count;
            options.Progress?.Invoke(new TrainingProgress(step + 1, steps, session.Result.MeanLoss, pass.Rate));
        }

        return new TrainingSummary(steps, seen, session.Result.MeanLoss);
    }

    /// <summary>Returns the learning rate of a step.</summary>
    internal static float RateAt(SgdOptions options, long step, long steps)
    {
        double done = (double)step / steps;
        double factor = options.Schedule switch
        {
            LearningRateSchedule.Cosine => 0.5 * (1 + PortableMath.Cos(Math.PI * done)),
            LearningRateSchedule.Linear => 1 - done,
            LearningRateSchedule.OneCycle => done < 0.2 ? 0.1 + (0.9 * done / 0.2) : (1 - done) / 0.8,
            _ => 1,
        };
        return (float)((options.LearningRate ?? SgdOptions.DefaultLearningRate) * factor);
    }

    private static ProximalTerm? CreateProximalTerm(TrainingSession session, float strength, ImmutableArray<UpdateRun> runs)
    {
        if (strength == 0)
        {
            return null;
        }

        TrainingPass pass = session.Pass;
        bool isCopied = pass.Anchor is not null;
        if (isCopied)
        {
            Elementwise.Copy(pass.Trained, pass.Anchor, session.Plan.Selection.Count);
        }

        return new ProximalTerm(strength, isCopied ? pass.Anchor : pass.Received, isCopied, runs);
    }

    private static void Step(TrainingSession session, in ExampleBatch batch, int count, SgdOptions options, RunScope scope)
    {
        bool accumulates = session.Pass.Accumulators is not null;
        if (accumulates)
        {
            session.Accumulators.Clear();
        }

        for (int first = 0; first < count; first += session.Plan.MicroBatchSize)
        {
            session.Forward(batch, first, Math.Min(session.Plan.MicroBatchSize, count - first));
            session.Backward(scope.Cut);
        }

        if (accumulates)
        {
            ApplyGradients(session, options.ClipNorm, scope);
        }
    }

    private static void ApplyGradients(TrainingSession session, double? clipNorm, RunScope scope)
    {
        float* gradient = session.Pass.Accumulators;
        if (session.Pass.ClipRatio > 0)
        {
            foreach (PlannedGradient block in session.Plan.Gradients)
            {
                block.ClipSums(session.Pass);
            }
        }

        if (clipNorm is { } maxNorm)
        {
            double squares = 0;
            foreach (UpdateRun run in scope.Runs)
            {
                squares = SgdKernel.SumOfSquares(gradient + run.Offset, run.Count, squares);
            }

            double norm = Math.Sqrt(squares);
            if (norm > maxNorm)
            {
                Elementwise.Scale(gradient, (float)(maxNorm / norm), session.Plan.Selection.Count);
            }
        }

        foreach (UpdateRun run in scope.Runs)
        {
            SgdStep.Apply(session.Pass, gradient + run.Offset, run.Offset, run.Count);
        }
    }
}
