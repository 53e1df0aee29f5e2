namespace Ftte.TinyEngine.Importance;

/// <summary>Specifies how a device measures the importance of training each block.</summary>
/// <remarks>Read when a probe or trainer is made; changing it afterwards changes nothing.</remarks>
public sealed class ProbeOptions
{
    /// <summary>Gets or sets the number of examples that are measured, if there are as many.</summary>
    /// <value>32 by default; at least 1.</value>
    public int MaxExamples { get; set; } = 32;

    /// <summary>Gets or sets the most memory that probing may take: the received parameters and the arena.</summary>
    /// <value>
    /// Null by default: no limit, and all blocks are measured at once. Otherwise not negative; the less it is, the fewer blocks are measured at once, and
    /// the more often the examples are gone over. The values stay the same to the bit.
    /// </value>
    public long? MemoryBudgetBytes { get; set; }

    /// <summary>Checks that all values are in range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range; the message states the valid range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxExamples, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(MemoryBudgetBytes ?? 0, nameof(MemoryBudgetBytes));
    }

    internal ProbeOptions Copy() => (ProbeOptions)MemberwiseClone();
}
