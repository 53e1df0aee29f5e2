namespace Ftte.Selection;

/// <summary>Chooses the parameters to train and upload, within the memory of the device with the least memory.</summary>
/// <remarks>Pure and thread-safe: the same request returns the same selection on every machine. Called when training starts and on every reselection.</remarks>
public interface IParameterSelector
{
    /// <summary>Chooses a selection.</summary>
    /// <param name="request">The costs, the importance and the budgets.</param>
    /// <param name="cancellationToken">
    /// Cancels the selection. The same request can be made again. Implementations check the token often enough to stop within a second.
    /// </param>
    /// <returns>The selection with a certificate of its costs.</returns>
    /// <exception cref="BudgetTooSmallException">No choice fits; the exception states the minimum budget.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled before the selection was complete.</exception>
    SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default);
}
