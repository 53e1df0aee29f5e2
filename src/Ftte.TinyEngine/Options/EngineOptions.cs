namespace Ftte.TinyEngine;

/// <summary>Specifies the use of memory and threads in training. No setting changes results beyond rounding.</summary>
/// <remarks>Read when a plan or trainer is created; later changes have no effect.</remarks>
public sealed class EngineOptions
{
    /// <summary>Gets or sets the number of examples that run forward and backward at once. Gradients are accumulated until the batch is complete.</summary>
    /// <value>
    /// Null by default: the whole batch, and gradients are applied immediately. Otherwise at least 1. A smaller value takes less memory for activations
    /// and 4 additional bytes per trained parameter. A <see cref="LocalTrainer"/> uses a smaller value if the memory budget of the device requires it. With frozen normalization statistics, every size gives the same bits.
    /// </value>
    public int? MicroBatchSize { get; set; }

    /// <summary>Gets or sets the number of examples that run at once through the frozen layers before the first trained one.</summary>
    /// <value>1 by default, which takes the minimum memory; null for the whole micro-batch.</value>
    public int? PrefixExamples { get; set; } = 1;

    /// <summary>Gets or sets a value that indicates whether the output of the frozen prefix for each example is kept for the whole run. A <see cref="LocalTrainer"/> keeps it while the selection and the number of examples stay the same.</summary>
    /// <value>False by default. The plan includes the memory for every example. Not supported if examples vary between visits, or with dropout in the prefix.</value>
    public bool CacheFrozenFeatures { get; set; }

    /// <summary>Gets or sets the store that keeps the output of the frozen prefix for each example beyond the run.</summary>
    /// <value>
    /// Null by default: no store. A store in a file takes no memory; see <see cref="TrainingPlan.FeatureStoreBytes"/>. The caller owns the store and disposes it after the trainer. Has the
    /// requirements of <see cref="CacheFrozenFeatures"/>, and includes its effect.
    /// </value>
    public FeatureStore? FeatureStore { get; set; }

    /// <summary>Gets or sets the number of threads that share every step; every number gives the same bits.</summary>
    /// <value>1 by default; 1 to 64.</value>
    public int Threads { get; set; } = 1;

    /// <summary>Gets or sets memory of the caller for the arena.</summary>
    /// <value>Empty by default: the engine allocates native memory. Otherwise at least <see cref="TrainingPlan.ArenaBytes"/> + 64 bytes. Only one run can use it at a time.</value>
    public Memory<byte> Memory { get; set; }

    /// <summary>Gets or sets a value that indicates whether the vector of parameters that training receives is a mapped file, which plans do not count.</summary>
    /// <value>False by default. Set it together with <see cref="FederatedClientOptions.ParameterFile"/>. Trained parameters are copied and counted in any case.</value>
    public bool ParametersAreMapped { get; set; }

    /// <summary>Validates that all values are in range.</summary>
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
