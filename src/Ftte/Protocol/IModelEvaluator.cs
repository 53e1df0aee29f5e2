namespace Ftte;

/// <summary>Evaluates versions of the model on examples that a device holds back from training. The server combines the answers of many devices.</summary>
/// <remarks>
/// Implement it on an <see cref="ILocalTrainer"/> to take part in federated evaluation. Called by one device loop, one round at a time. Deterministic for a given
/// assignment and parameters.
/// </remarks>
public interface IModelEvaluator
{
    /// <summary>Gets a value that indicates whether the device has examples to evaluate on. Read before each check-out; if false, the server does not ask the device.</summary>
    bool CanEvaluate { get; }

    /// <summary>Evaluates a version.</summary>
    /// <param name="assignment">The assignment. Its version is the one to evaluate; nothing is trained.</param>
    /// <param name="parameters">The whole flat vector of that version. Borrowed: the evaluator must not change or keep it.</param>
    /// <param name="cancellationToken">Cancels the evaluation; nothing is sent.</param>
    /// <returns>
    /// An update with one value per metric, each a mean over the held-back examples, in the order of <see cref="EvaluationOptions.Metrics"/> of the server: by default loss and
    /// accuracy. Created with <see cref="TrainingAssignment.CreateHeader"/> and the number of these examples; the caller disposes it.
    /// </returns>
    ValueTask<SparseUpdate> EvaluateAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default);
}
