namespace Ftte.Selection;

/// <summary>Nothing can be trained within a budget.</summary>
public sealed class BudgetTooSmallException : Exception
{
    /// <summary>Reports a budget that holds not even the smallest choice.</summary>
    /// <param name="available">The budget: bytes, or multiply-adds per example of <see cref="SelectionBudget.Compute"/>.</param>
    /// <param name="required">The smallest budget that would do, in the same unit.</param>
    /// <param name="budget">Which budget it is.</param>
    /// <param name="message">The message; null for one that says that no choice fits the budget.</param>
    public BudgetTooSmallException(long available, long required, SelectionBudget budget = SelectionBudget.Memory, string? message = null)
        : base(message ?? budget switch
        {
            SelectionBudget.Payload =>
                $"Nothing that fits the memory travels in {available} bytes; the smallest such choice takes {required} each way. Raise the payload budget.",
            SelectionBudget.Compute =>
                $"Nothing that fits the other budgets can be trained with {available} multiply-adds per example; the smallest such choice takes {required}. Raise the compute budget.",
            _ => $"Nothing can be trained within {available} bytes of memory; the smallest choice takes {required}. Raise the budget, or leave the weakest devices out with a quantile.",
        })
    {
        Available = available;
        Required = required;
        Budget = budget;
    }

    /// <summary>Gets which budget is too small: the memory if nothing fits it; otherwise the payload if nothing fits both; otherwise the compute.</summary>
    public SelectionBudget Budget { get; }

    /// <summary>Gets the budget: bytes, or multiply-adds per example.</summary>
    public long Available { get; }

    /// <summary>Gets the smallest budget that would do, in the same unit: with it, something fits, unless another budget is too small as well.</summary>
    public long Required { get; }
}
