namespace Ftte.Simulation.Jobs;

/// <summary>One job of one device: the trainer that the production client calls. It answers when the virtual clock has reached the arrival of the update.</summary>
internal sealed class SimulatedJob(long number, int device, TimeSpan start, ParameterLayout layout, CancellationToken cancellationToken) : ILocalTrainer, IImportanceProbe, IModelEvaluator, IDisposable
{
    // Continuations run on other threads, so completing these tasks never runs a client's code within the simulation's.
    private readonly TaskCompletionSource<SparseUpdate> _update = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _assigned = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // A canceled run stops all its jobs at once, because their results would be discarded.
    private readonly CancellationTokenSource _canceled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private Task<ClientRound> _round = Task.FromResult(default(ClientRound));

    /// <summary>Gets the number of the job in the run, from 0.</summary>
    public long Number => number;

    public int Device => device;

    public TimeSpan Start => start;

    public ParameterLayout Layout => layout;

    /// <summary>Gets the assignment; null if the server did not assign any work.</summary>
    public TrainingAssignment? Assignment { get; private set; }

    /// <summary>Gets the parameters that the device received.</summary>
    public ReadOnlyMemory<float> Parameters { get; private set; }

    /// <summary>Gets the memory budget of an importance measurement.</summary>
    public long MemoryBudgetBytes { get; private set; }

    /// <summary>Gets or sets the state of the device: what its last job left, and after training what this job leaves; empty if there is none.</summary>
    public ReadOnlyMemory<byte> State { get; set; }

    public JobTiming Timing { get; set; }

    public JobCost Cost { get; set; }

    /// <summary>Gets or sets the multiply-adds that the device computed before it asked for work.</summary>
    public long DoneAhead { get; set; }

    public long BytesUp { get; set; }

    public long BytesDown { get; set; }

    /// <summary>Gets or sets the training on the worker threads; null for a job that the device drops.</summary>
    public Task<SparseUpdate>? Training { get; set; }

    /// <summary>Gets the token that cancels the training.</summary>
    public CancellationToken CancellationToken => _canceled.Token;

    ValueTask<SparseUpdate> ILocalTrainer.TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken) =>
        Accept(assignment, parameters, 0);

    // The role of the client states whether the device evaluates.
    bool IModelEvaluator.CanEvaluate => true;

    ValueTask<SparseUpdate> IModelEvaluator.EvaluateAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken) =>
        Accept(assignment, parameters, 0);

    ValueTask<SparseUpdate> IImportanceProbe.ProbeAsync(
        TrainingAssignment assignment, ReadOnlyMemory<float> parameters, long memoryBudgetBytes, CancellationToken cancellationToken) =>
        Accept(assignment, parameters, memoryBudgetBytes);

    /// <summary>Starts the client's round, and waits until the client has an assignment or the round has ended without one.</summary>
    public async Task CheckOutAsync(FederatedClient client)
    {
        _round = client.RunOnceAsync(CancellationToken.None).AsTask();
        await Task.WhenAny(_assigned.Task, _round).ConfigureAwait(false);
    }

    /// <summary>Delivers the update to the server, and waits until the client's round has ended.</summary>
    public Task<ClientRound> DeliverAsync(SparseUpdate update)
    {
        _update.SetResult(update);
        return _round;
    }

    /// <summary>Waits for the end of a round without an assignment.</summary>
    public Task<ClientRound> WaitForRoundAsync() => _round;

    /// <summary>Ends the job without an update.</summary>
    public async Task AbandonAsync()
    {
        await _canceled.CancelAsync();
        _update.TrySetCanceled(_canceled.Token);
        await ((Task)_round).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Training is { } training)
        {
            await ((Task)training).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (training.IsCompletedSuccessfully)
            {
                (await training).Dispose();
            }
        }
    }

    public void Dispose() => _canceled.Dispose();

    /// <summary>Accepts an assignment. The client's token is not used, because only the simulation ends jobs.</summary>
    private ValueTask<SparseUpdate> Accept(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, long memoryBudgetBytes)
    {
        // In a simulation, budgets only decide which devices get work: a rule may train more than fits a device.
        (Assignment, Parameters, MemoryBudgetBytes) = (assignment with { MemoryBudgetBytes = null }, parameters, memoryBudgetBytes);
        _assigned.SetResult();
        return new ValueTask<SparseUpdate>(_update.Task);
    }
}
