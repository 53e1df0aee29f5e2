namespace Ftte;

/// <summary>Nothing can be trained within the memory budget.</summary>
public sealed class BudgetTooSmallException : Exception
{
    /// <summary>Reports a budget that holds not even the smallest choice.</summary>
    /// <param name="budgetBytes">The budget, in bytes.</param>
    /// <param name="requiredBytes">The smallest budget that would do, in bytes.</param>
    public BudgetTooSmallException(long budgetBytes, long requiredBytes)
        : base($"Nothing can be trained within {budgetBytes} bytes; the smallest choice takes {requiredBytes}. Raise the budget, or leave the weakest devices out with a quantile.")
    {
        BudgetBytes = budgetBytes;
        RequiredBytes = requiredBytes;
    }

    /// <summary>Gets the budget, in bytes.</summary>
    public long BudgetBytes { get; }

    /// <summary>Gets the smallest budget that would do, in bytes.</summary>
    public long RequiredBytes { get; }
}
