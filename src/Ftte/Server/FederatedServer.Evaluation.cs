namespace Ftte;

/// <content>Evaluates versions on devices.</content>
public sealed partial class FederatedServer
{
    /// <summary>Gets the latest evaluation by devices; null before the first has closed.</summary>
    /// <value>Not part of a <see cref="ServerState"/>. To receive every evaluation, set <see cref="EvaluationOptions.Evaluated"/>.</value>
    public FederatedEvaluation? LatestEvaluation => _evaluation?.Latest;

    /// <summary>Gets the best evaluated version by the watched metric; see <see cref="EvaluationOptions.KeepBest"/>.</summary>
    /// <value>Null if no version has been evaluated by at least half of the requested devices, or if the best one is not kept.</value>
    public ModelSnapshot? BestModel => _evaluation?.BestModel;

    /// <summary>Gets a value that indicates whether the server assigns no more training, because the model has stopped improving; see <see cref="EvaluationOptions.Patience"/>.</summary>
    public bool IsTrainingEnded => _evaluation is { IsTrainingEnded: true };

    /// <summary>Determines whether a client would be asked to evaluate if it requested work now and could evaluate.</summary>
    /// <param name="client">The client.</param>
    /// <returns>True if answers are missing, the client was not asked yet, and the limits allow another assignment. If devices check out at the same time, only the answer to a check-out is certain.</returns>
    public bool CanEvaluate(ClientId client) => !_stopping && _dispatcher.CanEvaluate(client);

    /// <summary>Processes an update that measures instead of training. It is not a step, so it is never passed to the aggregator, even if nothing was asked for.</summary>
    private UpdateReceipt Measure(SparseUpdate update)
    {
        UpdateOutcome? outcome = update.Header.Content == UpdateContent.Importance ? _reselection?.Answer(update) : _evaluation?.Answer(update);
        return _dispatcher.Settle(update.Header, new UpdateReceipt(outcome ?? UpdateOutcome.TooStale, Current.Version));
    }

    /// <summary>Repeats a recorded answer to an evaluation.</summary>
    private UpdateOutcome ReplayAnswer(SparseUpdate update, string? group) =>
        _dispatcher.Settle(update.Header, new UpdateReceipt(_evaluation?.Replay(update, group) ?? UpdateOutcome.TooStale, Current.Version)).Outcome;
}
