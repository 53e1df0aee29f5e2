using Ftte.Selection;

namespace Ftte.Baselines;

/// <summary>Selects all parameters, as in federated averaging.</summary>
/// <remarks>Throws if the budgets do not allow all parameters. Stateless and thread-safe.</remarks>
public sealed class FullSelector : IParameterSelector
{
    /// <inheritdoc />
    /// <exception cref="BudgetTooSmallException">Training all parameters exceeds a budget; the exception contains the required amount.</exception>
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
