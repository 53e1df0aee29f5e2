namespace Ftte.TinyEngine;

/// <summary>Trains packed values on the examples of a device.</summary>
internal sealed class ExampleTraining(Network network, IExampleSource examples, TrainingWarnings warnings)
{
    /// <summary>Gets the summary of the latest run.</summary>
    public TrainingSummary LastRun { get; private set; }

    /// <summary>Returns the number of examples of a round.</summary>
    /// <exception cref="InvalidOperationException">There are no examples.</exception>
    public int CountExamples()
    {
        if (examples.Count < 1)
        {
            throw new InvalidOperationException("The device has no examples: the Count of its example source is 0. Add examples before the next round, or stop the device's loop.");
        }

        return network.CheckFits(examples);
    }

    /// <summary>Trains packed values in place.</summary>
    /// <param name="session">The session of the selection.</param>
    /// <param name="received">The flat vector, of which frozen parameters are read.</param>
    /// <param name="trained">The packed values.</param>
    /// <param name="exampleCount">The number of examples of the round.</param>
    /// <param name="options">The training options.</param>
    /// <param name="seed">Determines the order of the examples.</param>
    /// <param name="stop">Cancels between two steps.</param>
    /// <param name="scope">The coordinates that are held or kept close; null to train all of the selection.</param>
    public unsafe void Run(
        TrainingSession session, ReadOnlySpan<float> received, Span<float> trained, int exampleCount, SgdOptions options, ulong seed, CancellationToken stop, RunScope? scope = null)
    {
        fixed (float* vector = received, values = trained)
        {
            using var frozen = new BorrowedVector(vector, received.Length);
            using TrainingRun run = session.Begin(frozen, values, exampleCount);
            LastRun = Sgd.Run(session, examples, options, seed, stop, scope);
            warnings.CheckClasses(session.ClassesFound);
        }
    }

    /// <summary>Computes and stores the missing features of all examples.</summary>
    public unsafe void KeepFeatures(TrainingSession session, ReadOnlySpan<float> received, Span<float> selected, int exampleCount, CancellationToken stop)
    {
        fixed (float* vector = received, values = selected)
        {
            using var frozen = new BorrowedVector(vector, received.Length);
            using TrainingRun run = session.Begin(frozen, values, exampleCount);
            session.KeepFeatures(examples, stop);
        }
    }
}
