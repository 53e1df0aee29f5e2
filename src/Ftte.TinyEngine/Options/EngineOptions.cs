namespace Ftte.TinyEngine;

/// <summary>Specifies how training uses memory and threads; none of the settings changes results beyond rounding.</summary>
/// <remarks>Read when a plan or trainer is made; changing it afterwards changes nothing.</remarks>
public sealed class EngineOptions
{
    /// <summary>Gets or sets the number of examples that run forward and backward at once; their gradients are added up until the batch is full.</summary>
    /// <value>
    /// Null by default: the whole batch, and gradients are spent as soon as they are known. Otherwise at least 1; smaller takes less memory for activations
    /// and 4 bytes more per trained parameter. A <see cref="LocalTrainer"/> takes fewer if the device's memory budget requires it. With frozen normalisation statistics every size gives the same bits.
    /// </value>
    public int? MicroBatchSize { get; set; }

    /// <summary>Gets or sets the number of examples that the frozen layers before the first trained one take at once.</summary>
    /// <value>1 by default, which takes the least memory; null to take the whole micro-batch.</value>
    public int? PrefixExamples { get; set; } = 1;

    /// <summary>Gets or sets whether the output of the frozen prefix for each example is kept for the whole run; by a <see cref="LocalTrainer"/>, as long as the selection and the number of examples stay the same.</summary>
    /// <value>False by default. Memory for every example is counted in the plan. Not possible when examples vary between visits, or with dropout in the prefix.</value>
    public bool CacheFrozenFeatures { get; set; }

    /// <summary>Gets or sets the store that keeps the output of the frozen prefix for each example beyond the run.</summary>
    /// <value>
    /// Null by default: nowhere. A store in a file takes no memory, see <see cref="TrainingPlan.FeatureStoreBytes"/>; it belongs to the caller, who disposes it after the trainer. Possible
    /// where <see cref="CacheFrozenFeatures"/> is, which it includes.
    /// </value>
    public FeatureStore? FeatureStore { get; set; }

    /// <summary>Gets or sets the number of threads that share every step; every number gives the same bits.</summary>
    /// <value>1 by default; 1 to 64.</value>
    public int Threads { get; set; } = 1;

    /// <summary>Gets or sets the memory for the arena, if the caller wants to supply it.</summary>
    /// <value>Empty by default: the engine takes native memory. Otherwise at least <see cref="TrainingPlan.ArenaBytes"/> + 64 bytes; used by one run at a time.</value>
    public Memory<byte> Memory { get; set; }

    /// <summary>Checks that all values are in range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range; the message states the valid range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MicroBatchSize ?? 1, 1, nameof(MicroBatchSize));
        ArgumentOutOfRangeException.ThrowIfLessThan(PrefixExamples ?? 1, 1, nameof(PrefixExamples));
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Threads, 64);
    }

    internal bool KeepsFeatures => CacheFrozenFeatures || FeatureStore is not null;

    internal EngineOptions Copy() => (EngineOptions)MemberwiseClone();
}
