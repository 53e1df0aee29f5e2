namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>A trainer that adapts to the receipts of its updates.</summary>
internal sealed class ListeningTrainer(ILocalTrainer trainer) : ILocalTrainer, IReceiptHandler
{
    public List<(UpdateId Trained, UpdateId Answered, UpdateOutcome Outcome)> Receipts { get; } = [];

    public ParameterLayout Layout => trainer.Layout;

    public float LearningRate { get; private set; } = 0.1f;

    private UpdateId Trained { get; set; }

    public ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default)
    {
        Trained = assignment.UpdateId;
        return trainer.TrainAsync(assignment, parameters, cancellationToken);
    }

    public void HandleReceipt(UpdateId update, UpdateReceipt receipt)
    {
        Receipts.Add((Trained, update, receipt.Outcome));
        if (update == Trained && receipt.Outcome == UpdateOutcome.NotFinite)
        {
            LearningRate /= 2;
        }
    }
}
