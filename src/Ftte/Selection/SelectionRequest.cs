namespace Ftte.Selection;

/// <summary>What a selector is asked: what can be trained at which cost, what it is worth, and the budgets.</summary>
/// <remarks>Immutable. The budgets can be varied with a <c>with</c> expression.</remarks>
/// <param name="Profile">The costs.</param>
/// <param name="Importance">What training each block is worth.</param>
/// <param name="MemoryBudgetBytes">The peak that no device may exceed: M_min, from <see cref="DeviceRegistry.GetMemoryBudget"/>.</param>
/// <param name="PayloadBudgetBytes">The most that may travel each way per update, float32 values counted; null for no limit.</param>
/// <exception cref="ArgumentException">Costs and importance are of different models, or a budget is negative.</exception>
public sealed record SelectionRequest(TrainingProfile Profile, BlockImportance Importance, long MemoryBudgetBytes, long? PayloadBudgetBytes = null)
{
    /// <summary>Gets the costs.</summary>
    public TrainingProfile Profile { get; } = Profile ?? throw new ArgumentNullException(nameof(Profile));

    /// <summary>Gets what training each block is worth.</summary>
    public BlockImportance Importance { get; } = OfSameModel(Importance, Profile);

    /// <summary>Gets the peak that no device may exceed, in bytes.</summary>
    public long MemoryBudgetBytes { get; init => field = NotNegative(value, nameof(MemoryBudgetBytes)); } = NotNegative(MemoryBudgetBytes, nameof(MemoryBudgetBytes));

    /// <summary>Gets the most that may travel each way per update, in bytes of float32 values; null for no limit.</summary>
    public long? PayloadBudgetBytes
    {
        get;
        init => field = value is { } bytes ? NotNegative(bytes, nameof(PayloadBudgetBytes)) : null;
    } = PayloadBudgetBytes is { } bytes ? NotNegative(bytes, nameof(PayloadBudgetBytes)) : null;

    /// <summary>Gets the most multiply-adds per example: those of the forward pass, of the gradients that pass through, and of the trained weights' gradients.</summary>
    /// <value>Default null: no limit.</value>
    public long? ComputeBudget
    {
        get;
        init => field = value is { } multiplyAdds ? NotNegative(multiplyAdds, nameof(ComputeBudget)) : null;
    }

    /// <summary>Gets how often was chosen before: selectors that rotate choose differently at every turn, from the same seed in the same order.</summary>
    /// <value>Default 0.</value>
    public long Turn { get; init => field = NotNegative(value, nameof(Turn)); }

    /// <summary>Returns whether choices that train something keep every budget.</summary>
    internal bool Fits(int[] choices) =>
        choices.Any(choice => choice >= 0)
        && MemoryTimeline.Compute(Profile, choices).PeakBytes <= MemoryBudgetBytes
        && !(choices.Select((choice, t) => choice < 0 ? 0 : sizeof(float) * (long)Profile.Steps[t].Choices[choice].ParameterCount).Sum() > PayloadBudgetBytes)
        && !(Profile.CountMultiplyAdds(choices) > ComputeBudget);

    private static BlockImportance OfSameModel(BlockImportance importance, TrainingProfile profile)
    {
        ArgumentNullException.ThrowIfNull(importance);
        return importance.Layout.Fingerprint == profile.Layout.Fingerprint
            ? importance
            : throw new ArgumentException(
                $"The importance is of a model with {importance.Layout}, the profile of another with {profile.Layout}; make both from one layout.", nameof(importance));
    }

    private static long NotNegative(long bytes, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes, name);
        return bytes;
    }
}
