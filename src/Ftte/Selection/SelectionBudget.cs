namespace Ftte.Selection;

/// <summary>Specifies a budget of a <see cref="SelectionRequest"/>.</summary>
public enum SelectionBudget
{
    /// <summary><see cref="SelectionRequest.MemoryBudgetBytes"/>: the peak memory on a device.</summary>
    Memory = 0,

    /// <summary><see cref="SelectionRequest.PayloadBudgetBytes"/>: the bytes sent each way.</summary>
    Payload = 1,

    /// <summary><see cref="SelectionRequest.ComputeBudget"/>: the multiply-adds per example.</summary>
    Compute = 2,
}
