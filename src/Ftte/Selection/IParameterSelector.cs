namespace Ftte.Selection;

/// <summary>Chooses the parameters that are trained and travel, within the memory of the weakest device.</summary>
/// <remarks>Pure and thread-safe: the same request gives the same selection on every machine. Called when training starts and whenever the server chooses anew.</remarks>
public interface IParameterSelector
{
    /// <summary>Chooses a selection.</summary>
    /// <param name="request">What can be trained at which cost, what it is worth, and the budgets.</param>
    /// <param name="cancellationToken">
    /// Stops the selection. Nothing is kept of a selection that was stopped; the same request can be made again. Check the token often enough to stop within a second.
    /// </param>
    /// <returns>The selection with a certificate of what it costs.</returns>
    /// <exception cref="BudgetTooSmallException">Nothing fits; the exception names the smallest budget that would do.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the selection was complete.</exception>
    SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default);
}
