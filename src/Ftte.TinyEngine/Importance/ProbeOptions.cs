namespace Ftte.TinyEngine.Importance;

/// <summary>Specifies the options of measuring importance on a device.</summary>
/// <remarks>Read when a probe or trainer is created; later changes have no effect.</remarks>
public sealed class ProbeOptions
{
    /// <summary>Gets or sets the maximum number of examples that are measured.</summary>
    /// <value>32 by default; at least 1.</value>
    public int MaxExamples { get; set; } = 32;

    /// <summary>Gets or sets the maximum memory that probing takes, in bytes: the received parameters, the arena, and the personal parameters of the device.</summary>
    /// <value>
    /// Null by default: no limit, and all blocks are measured at once. Otherwise not negative. With a smaller budget, fewer blocks are measured at once, and
    /// the examples are processed more often. The values are bit-identical.
    /// </value>
    public long? MemoryBudgetBytes { get; set; }

    /// <summary>Validates that all values are in range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range; the message states the valid range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxExamples, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(MemoryBudgetBytes ?? 0, nameof(MemoryBudgetBytes));
    }

    internal ProbeOptions Copy() => (ProbeOptions)MemberwiseClone();
}
