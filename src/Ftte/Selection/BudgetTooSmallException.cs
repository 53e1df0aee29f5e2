namespace Ftte.Selection;

/// <summary>The exception that is thrown if nothing can be trained within a budget.</summary>
public sealed class BudgetTooSmallException : Exception
{
    /// <summary>Creates an exception for a budget that is smaller than the smallest choice.</summary>
    /// <param name="available">The budget: bytes, or multiply-adds per example of <see cref="SelectionBudget.Compute"/>.</param>
    /// <param name="required">The minimum budget, in the same unit.</param>
    /// <param name="budget">The kind of the budget.</param>
    /// <param name="message">The message; null for the default message.</param>
    public BudgetTooSmallException(long available, long required, SelectionBudget budget = SelectionBudget.Memory, string? message = null)
        : base(message ?? budget switch
        {
            SelectionBudget.Payload =>
                $"No choice within the memory budget has a payload of at most {available} bytes; the smallest one has {required} bytes each way. Raise the payload budget.",
            SelectionBudget.Compute =>
                $"No choice within the other budgets needs at most {available} multiply-adds per example; the smallest one needs {required}. Raise the compute budget.",
            _ => $"No choice can be trained within {available} bytes of memory; the smallest one needs {required}. Raise the budget, or exclude the devices with the least memory by a quantile.",
        })
    {
        Available = available;
        Required = required;
        Budget = budget;
    }

    /// <summary>Gets the kind of the budget that is too small: memory if no choice fits it; otherwise payload if no choice fits both; otherwise compute.</summary>
    public SelectionBudget Budget { get; }

    /// <summary>Gets the budget: bytes, or multiply-adds per example.</summary>
    public long Available { get; }

    /// <summary>Gets the minimum budget, in the same unit. With it, a choice fits unless another budget is also too small.</summary>
    public long Required { get; }
}
