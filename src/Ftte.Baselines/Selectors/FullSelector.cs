using Ftte.Selection;

namespace Ftte.Baselines;

/// <summary>Trains everything, or nothing: what federated averaging does.</summary>
/// <remarks>Refuses when not everything fits, and says what everything takes. Keeps nothing between calls and may be shared between threads.</remarks>
public sealed class FullSelector : IParameterSelector
{
    /// <inheritdoc />
    /// <exception cref="BudgetTooSmallException">Not everything fits; the exception names what it takes.</exception>
    public SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        var table = new ChoiceTable(request);
        int[] everything = [.. Enumerable.Range(0, table.StepCount).Select(step => table.BySize(step).FirstOrDefault(-1))];
        SelectionCost cost = table.Cost(everything);
        return cost.Peak > request.MemoryBudgetBytes ? throw new BudgetTooSmallException(request.MemoryBudgetBytes, cost.Peak)
            : cost.Payload > request.PayloadBudgetBytes ? throw new BudgetTooSmallException(request.PayloadBudgetBytes.Value, cost.Payload, SelectionBudget.Payload)
            : cost.MultiplyAdds > request.ComputeBudget ? throw new BudgetTooSmallException(request.ComputeBudget.Value, cost.MultiplyAdds, SelectionBudget.Compute)
            : SelectionResult.Create(request, everything);
    }
}
