namespace Ftte.Selection;

/// <summary>One of the budgets of a <see cref="SelectionRequest"/>.</summary>
public enum SelectionBudget
{
    /// <summary><see cref="SelectionRequest.MemoryBudgetBytes"/>: the peak on a device.</summary>
    Memory = 0,

    /// <summary><see cref="SelectionRequest.PayloadBudgetBytes"/>: what travels each way.</summary>
    Payload = 1,

    /// <summary><see cref="SelectionRequest.ComputeBudget"/>: the multiply-adds per example.</summary>
    Compute = 2,
}
