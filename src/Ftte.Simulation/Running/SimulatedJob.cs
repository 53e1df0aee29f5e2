namespace Ftte.Simulation;

/// <summary>One job of one device: the trainer that its production client sees, and that answers when the virtual clock has reached the update's arrival.</summary>
internal sealed class SimulatedJob(long number, int device, TimeSpan start, ParameterLayout layout, CancellationToken stop) : ILocalTrainer, IImportanceProbe, IDisposable
{
    // Continuations run elsewhere, so that completing it never runs a client's code within the simulation's.
    private readonly TaskCompletionSource<SparseUpdate> _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // A run that is cancelled stops all its jobs at once: what is begun after that would only be thrown away.
    private readonly CancellationTokenSource _abandoned = CancellationTokenSource.CreateLinkedTokenSource(stop);

    /// <summary>Gets which job of the run it is, from 0.</summary>
    public long Number => number;

    public int Device => device;

    public TimeSpan Start => start;

    public ParameterLayout Layout => layout;

    /// <summary>Gets the client's round; set when it began.</summary>
    public Task<ClientRound> Round { get; set; } = Task.FromResult(default(ClientRound));

    /// <summary>Gets the work; null if the server had none.</summary>
    public TrainingAssignment? Assignment { get; private set; }

    public JobTiming Timing { get; set; }

    public JobCost Cost { get; set; }

    /// <summary>Gets or sets what of its multiply-adds the device had done before it asked.</summary>
    public long DoneAhead { get; set; }

    public long BytesUp { get; set; }

    public long BytesDown { get; set; }

    /// <summary>Gets the training, on the crew's threads; null for a job that is given up.</summary>
    public Task<SparseUpdate>? Training { get; private set; }

    private ReadOnlyMemory<float> Parameters { get; set; }

    private long MemoryBudgetBytes { get; set; }

    ValueTask<SparseUpdate> ILocalTrainer.TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken) =>
        Begin(assignment, parameters, 0, cancellationToken);

    ValueTask<SparseUpdate> IImportanceProbe.ProbeAsync(
        TrainingAssignment assignment, ReadOnlyMemory<float> parameters, long memoryBudgetBytes, CancellationToken cancellationToken) =>
        Begin(assignment, parameters, memoryBudgetBytes, cancellationToken);

    /// <summary>Lets the crew train.</summary>
    public void PostTo(TrainingCrew crew, ILearningTask task, JournalFile? journal) =>
        Training = crew.PostAsync(() => Do(task, journal), (Timing.End, number));

    /// <summary>Lets the update arrive at the server; the client's round goes on.</summary>
    public void Arrive(SparseUpdate update) => _arrival.SetResult(update);

    /// <summary>Lets the device give up: nothing arrives.</summary>
    public async Task AbandonAsync()
    {
        await _abandoned.CancelAsync();
        _arrival.TrySetCanceled(_abandoned.Token);
        await ((Task)Round).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Training is { } training)
        {
            await ((Task)training).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (training.IsCompletedSuccessfully)
            {
                (await training).Dispose();
            }
        }
    }

    public void Dispose() => _abandoned.Dispose();

    private ValueTask<SparseUpdate> Begin(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, long memoryBudgetBytes, CancellationToken cancellationToken)
    {
        _ = cancellationToken; // the simulation alone says when a job ends

        // In a simulation budgets decide who gets work: rules that are compared may train more than a device has memory for.
        (Assignment, Parameters, MemoryBudgetBytes) = (assignment with { MemoryBudgetBytes = null }, parameters, memoryBudgetBytes);
        return new ValueTask<SparseUpdate>(_arrival.Task);
    }

    /// <summary>Takes from the journal what was trained before, or trains and keeps it there.</summary>
    private SparseUpdate Do(ILearningTask task, JournalFile? journal)
    {
        if (journal is null)
        {
            return Train(task);
        }

        byte[] fingerprint = Fingerprint.Of(device, Assignment!, Parameters.Span, MemoryBudgetBytes);
        if (journal.Find(number, Assignment!, fingerprint) is { } known)
        {
            return known;
        }

        SparseUpdate update = Train(task);
        journal.Add(number, fingerprint, update);
        return update;
    }

    private SparseUpdate Train(ILearningTask task)
    {
        CancellationToken token = _abandoned.Token;
        token.ThrowIfCancellationRequested();
        SparseUpdate update;
        try
        {
            update = Train(task, token);
        }
        catch (Exception error) when (!token.IsCancellationRequested)
        {
            throw new InvalidOperationException($"Job {number} of device {device} failed: {error.Message}", error);
        }

        if (token.IsCancellationRequested)
        {
            // A trainer that stops early instead of throwing has trained something else than it would have.
            update.Dispose();
            throw new OperationCanceledException(token);
        }

        return update;
    }

    private SparseUpdate Train(ILearningTask task, CancellationToken token)
    {
        ILocalTrainer trainer = task.CreateTrainer(device);
        try
        {
            ValueTask<SparseUpdate> work = Assignment!.Content == UpdateContent.Importance
                ? Probe(trainer).ProbeAsync(Assignment, Parameters, MemoryBudgetBytes, token)
                : trainer.TrainAsync(Assignment, Parameters, token);
            return work.AsTask().GetAwaiter().GetResult();
        }
        finally
        {
            (trainer as IDisposable)?.Dispose();
        }
    }

    private static IImportanceProbe Probe(ILocalTrainer trainer) => trainer as IImportanceProbe
        ?? throw new InvalidOperationException($"The rule asks devices for importance, but {trainer.GetType()} is no {nameof(IImportanceProbe)}; set Probes to 0 or give trainers that are.");
}
