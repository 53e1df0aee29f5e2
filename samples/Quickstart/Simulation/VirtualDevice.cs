using Ftte;

namespace Quickstart;

/// <summary>One device in virtual time: a production <see cref="FederatedClient"/> whose training result is held back until the clock says it has arrived.</summary>
internal sealed class VirtualDevice : ILocalTrainer
{
    private readonly DeviceSpec _spec;
    private readonly ILocalTrainer _trainer;
    private readonly int _epochs;
    private readonly FederatedClient _client;
    private readonly CancellationToken _cancellationToken;
    private TaskCompletionSource? _arrival;
    private Task<ClientRound>? _round;
    private Task<SparseUpdate>? _training;

    public VirtualDevice(DeviceSpec spec, WireLink link, ILocalTrainer trainer, int epochs, ulong seed, TimeProvider clock, CancellationToken cancellationToken)
    {
        (_spec, _trainer, _epochs, _cancellationToken) = (spec, trainer, epochs, cancellationToken);
        Link = link;
        Id = new ClientId(spec.Name);
        _client = new FederatedClient(link, this, new FederatedClientOptions { ClientId = Id, MemoryBudgetBytes = spec.MemoryBudgetBytes, Seed = seed }, clock);
    }

    public ClientId Id { get; }

    public WireLink Link { get; }

    public ParameterLayout Layout => _trainer.Layout;

    /// <summary>Gets how long the round under way takes from check-out to the update's arrival, in virtual time.</summary>
    public TimeSpan Duration { get; private set; }

    /// <summary>Checks out and starts to train; false if there was no work.</summary>
    public async ValueTask<bool> TryStartAsync()
    {
        _arrival = new TaskCompletionSource();
        _training = null;
        _round = _client.RunOnceAsync(_cancellationToken).AsTask();
        if (_training is null)
        {
            await _round;
        }

        return _training is not null;
    }

    /// <summary>Lets the update arrive: waits for the training, which has been running since the start, and submits.</summary>
    public async Task<UpdateReceipt> ArriveAsync()
    {
        await _training!;
        _arrival!.SetResult();
        ClientRound round = await _round!;
        return round.Receipt ?? default;
    }

    /// <summary>Called by the client once it has its assignment: trains in the background, and answers when the virtual clock has reached the arrival.</summary>
    async ValueTask<SparseUpdate> ILocalTrainer.TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken)
    {
        // Training a subset is not counted as faster, although it is: only waiting and sending differ between the methods.
        double seconds = (_spec.ExampleCount * _epochs * _spec.SecondsPerExample)
            + (Link.LastDownloadBytes / _spec.DownloadBytesPerSecond)
            + (Link.UpdateBytes(assignment.Selection.Count, Id) / _spec.UploadBytesPerSecond);
        Duration = TimeSpan.FromSeconds(seconds);

        // FedAvg trains everything, for which many of these devices state too little memory: the comparison shows what it takes and does not enforce it.
        assignment = assignment with { MemoryBudgetBytes = null };
        _training = Task.Run(() => _trainer.TrainAsync(assignment, parameters, cancellationToken).AsTask(), cancellationToken);
        await _arrival!.Task;
        return await _training;
    }
}
