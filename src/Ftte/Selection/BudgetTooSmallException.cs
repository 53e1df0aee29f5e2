namespace Ftte;

/// <summary>Nothing can be trained within a budget.</summary>
public sealed class BudgetTooSmallException : Exception
{
    /// <summary>Reports a budget that holds not even the smallest choice.</summary>
    /// <param name="budgetBytes">The budget, in bytes.</param>
    /// <param name="requiredBytes">The smallest budget that would do, in bytes.</param>
    /// <param name="budget">Which budget it is.</param>
    public BudgetTooSmallException(long budgetBytes, long requiredBytes, SelectionBudget budget = SelectionBudget.Memory)
        : base(budget == SelectionBudget.Payload
            ? $"Nothing that fits the memory travels in {budgetBytes} bytes; the smallest such choice takes {requiredBytes} each way. Raise the payload budget."
            : $"Nothing can be trained within {budgetBytes} bytes of memory; the smallest choice takes {requiredBytes}. Raise the budget, or leave the weakest devices out with a quantile.")
    {
        BudgetBytes = budgetBytes;
        RequiredBytes = requiredBytes;
        Budget = budget;
    }

    /// <summary>Gets which budget is too small: the payload if something fits the memory, otherwise the memory.</summary>
    public SelectionBudget Budget { get; }

    /// <summary>Gets the budget, in bytes.</summary>
    public long BudgetBytes { get; }

    /// <summary>Gets the smallest budget that would do, in bytes: with it, something fits, unless the other budget is too small as well.</summary>
    public long RequiredBytes { get; }
}
