namespace Ftte;

/// <summary>What a selector is asked: what can be trained at which cost, what it is worth, and the budgets.</summary>
/// <param name="Profile">The costs.</param>
/// <param name="Importance">What training each block is worth.</param>
/// <param name="MemoryBudgetBytes">The peak that no device may exceed: M_min, from <see cref="DeviceRegistry.GetMemoryBudget"/>.</param>
/// <param name="PayloadBudgetBytes">The most that may travel each way per update, float32 values counted; null for no limit.</param>
public sealed record SelectionRequest(TrainingProfile Profile, BlockImportance Importance, long MemoryBudgetBytes, long? PayloadBudgetBytes = null);
