namespace Ftte.Selection;

/// <summary>Represents a request to a selector: the costs of training, the importance of blocks, and the budgets.</summary>
/// <remarks>Immutable. Use a <c>with</c> expression to vary the budgets.</remarks>
/// <param name="Profile">The costs of training.</param>
/// <param name="Importance">The importance of each block.</param>
/// <param name="MemoryBudgetBytes">The maximum peak on a device, in bytes: usually the smallest memory budget of all devices, from <see cref="DeviceRegistry.GetMemoryBudget"/>.</param>
/// <param name="PayloadBudgetBytes">The maximum payload each way per update, in bytes of float32 values; null for no limit.</param>
/// <exception cref="ArgumentException">The costs and the importance are for different models, or a budget is negative.</exception>
public sealed record SelectionRequest(TrainingProfile Profile, BlockImportance Importance, long MemoryBudgetBytes, long? PayloadBudgetBytes = null)
{
    /// <summary>Gets the costs of training.</summary>
    public TrainingProfile Profile { get; } = Profile ?? throw new ArgumentNullException(nameof(Profile));

    /// <summary>Gets the importance of each block.</summary>
    public BlockImportance Importance { get; } = OfSameModel(Importance, Profile);

    /// <summary>Gets the maximum peak on a device, in bytes.</summary>
    public long MemoryBudgetBytes { get; init => field = NotNegative(value, nameof(MemoryBudgetBytes)); } = NotNegative(MemoryBudgetBytes, nameof(MemoryBudgetBytes));

    /// <summary>Gets the maximum payload each way per update, in bytes of float32 values; null for no limit.</summary>
    public long? PayloadBudgetBytes
    {
        get;
        init => field = value is { } bytes ? NotNegative(bytes, nameof(PayloadBudgetBytes)) : null;
    } = PayloadBudgetBytes is { } bytes ? NotNegative(bytes, nameof(PayloadBudgetBytes)) : null;

    /// <summary>Gets the maximum number of multiply-adds per example: those of the forward pass, of the gradients that pass through, and of the trained weights' gradients.</summary>
    /// <value>Default null: no limit.</value>
    public long? ComputeBudget
    {
        get;
        init => field = value is { } multiplyAdds ? NotNegative(multiplyAdds, nameof(ComputeBudget)) : null;
    }

    /// <summary>Gets the number of earlier choices. Selectors that rotate choose differently at every turn, in an order that depends only on the seed.</summary>
    /// <value>Default 0.</value>
    public long Turn { get; init => field = NotNegative(value, nameof(Turn)); }

    /// <summary>Determines whether choices train something and keep every budget.</summary>
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
                $"The importance is for a model with {importance.Layout}, but the profile is for a model with {profile.Layout}. Create both from the same layout.", nameof(importance));
    }

    private static long NotNegative(long bytes, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes, name);
        return bytes;
    }
}
