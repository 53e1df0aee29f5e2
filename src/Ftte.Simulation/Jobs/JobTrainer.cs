using Ftte.Simulation.Journal;

namespace Ftte.Simulation.Jobs;

/// <summary>Trains jobs on the worker threads, or restores from the journal what was trained before.</summary>
/// <param name="task">Creates the trainers.</param>
/// <param name="workers">The worker threads.</param>
/// <param name="journal">The journal; null if the run has none.</param>
internal sealed class JobTrainer(ILearningTask task, TrainingWorkers workers, JournalFile? journal)
{
    private readonly IStatefulTask? _stateful = task as IStatefulTask;

    /// <summary>Queues the training of a job. Its update is needed when the job ends.</summary>
    public void Queue(SimulatedJob job) => job.Training = workers.RunAsync(() => TrainOrRestore(job), (job.Timing.End, job.Number));

    private SparseUpdate TrainOrRestore(SimulatedJob job)
    {
        if (journal is null)
        {
            return Train(job);
        }

        byte[] fingerprint = Fingerprint.Of(job.Device, job.Assignment!, job.Parameters.Span, job.MemoryBudgetBytes, job.State.Span);
        ReadOnlyMemory<byte>? state = _stateful is null ? default(ReadOnlyMemory<byte>) : journal.FindState(job.Number, fingerprint);
        if (state is not null && journal.Find(job.Number, job.Assignment!, fingerprint) is { } known)
        {
            job.State = state.Value;
            return known;
        }

        SparseUpdate update = Train(job);
        if (_stateful is not null)
        {
            journal.AddState(job.Number, fingerprint, job.State.Span);
        }

        journal.Add(job.Number, fingerprint, update);
        return update;
    }

    private SparseUpdate Train(SimulatedJob job)
    {
        CancellationToken token = job.CancellationToken;
        token.ThrowIfCancellationRequested();
        SparseUpdate update;
        try
        {
            update = Train(job, token);
        }
        catch (Exception error) when (!token.IsCancellationRequested)
        {
            throw new InvalidOperationException($"Job {job.Number} of device {job.Device} failed: {error.Message}", error);
        }

        // A trainer may return an incomplete update when it is canceled.
        if (token.IsCancellationRequested)
        {
            update.Dispose();
            throw new OperationCanceledException(token);
        }

        return update;
    }

    private SparseUpdate Train(SimulatedJob job, CancellationToken token)
    {
        var state = new MemoryStateStore(job.State.Span);
        ILocalTrainer trainer = _stateful?.CreateTrainer(job.Device, state) ?? task.CreateTrainer(job.Device);
        try
        {
            ValueTask<SparseUpdate> work = job.Assignment!.Content switch
            {
                UpdateContent.Importance => ToProbe(trainer).ProbeAsync(job.Assignment, job.Parameters, job.MemoryBudgetBytes, token),
                UpdateContent.Evaluation => ToEvaluator(trainer).EvaluateAsync(job.Assignment, job.Parameters, token),
                _ => trainer.TrainAsync(job.Assignment, job.Parameters, token),
            };
            SparseUpdate update = work.AsTask().GetAwaiter().GetResult();
            job.State = state.State;
            return update;
        }
        finally
        {
            (trainer as IDisposable)?.Dispose();
        }
    }

    private static IImportanceProbe ToProbe(ILocalTrainer trainer) => trainer as IImportanceProbe
        ?? throw new InvalidOperationException($"The rule asks devices to measure importance, but {trainer.GetType()} is not an {nameof(IImportanceProbe)}. Set Probes to 0, or create trainers that implement it.");

    private static IModelEvaluator ToEvaluator(ILocalTrainer trainer) => trainer as IModelEvaluator
        ?? throw new InvalidOperationException($"The rule asks devices to evaluate, but {trainer.GetType()} is not an {nameof(IModelEvaluator)}. Set Evaluation to null, or create trainers that implement it.");
}
