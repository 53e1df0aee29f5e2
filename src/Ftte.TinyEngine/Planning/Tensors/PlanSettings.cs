namespace Ftte.TinyEngine;

/// <summary>Represents the settings of a plan, besides network and selection.</summary>
/// <param name="BatchSize">The number of examples per step.</param>
/// <param name="MicroBatchSize">The number of examples that run forward and backward at once.</param>
internal sealed record PlanSettings(int BatchSize, int MicroBatchSize)
{
    /// <summary>Gets the number of examples that the frozen prefix takes at once; null to take the whole micro-batch.</summary>
    public int? PrefixExamples { get; init; }

    /// <summary>Gets whether gradients are added up before they are spent: with micro-batches, and when they are clipped.</summary>
    public bool Accumulates { get; init; }

    public bool HasMomentum { get; init; }

    /// <summary>Gets whether the loss allows for how often each class occurs.</summary>
    public bool CalibratesLabels { get; init; }

    public NormalizationMode Normalization { get; init; }

    public int Threads { get; init; } = 1;

    /// <summary>Gets the bytes that the frozen parameters take; null for the whole vector as float32.</summary>
    public long? FrozenBytes { get; init; }

    /// <summary>Gets whether frozen float32 weights can be read in place.</summary>
    public bool ReadsFrozenInPlace { get; init; } = true;

    /// <summary>Gets the number of examples whose features from the frozen prefix are kept for the whole run.</summary>
    public int CachedExamples { get; init; }

    /// <summary>Gets whether they are kept in storage rather than memory.</summary>
    public bool StoresFeatures { get; init; }

    /// <summary>Creates the settings from the options of the user.</summary>
    public static PlanSettings From(SgdOptions options, EngineOptions engine, FrozenParameters? frozen = null, int exampleCount = 0)
    {
        int micro = Math.Min(engine.MicroBatchSize ?? options.BatchSize, options.BatchSize);
        if (options.Normalization == NormalizationMode.Batch && micro < options.BatchSize)
        {
            throw new ArgumentException(
                $"Normalisation with the statistics of the batch needs the whole batch of {options.BatchSize} at once, not {micro} examples; leave MicroBatchSize null.", nameof(engine));
        }

        if (engine.KeepsFeatures && options.Normalization == NormalizationMode.Batch)
        {
            throw new ArgumentException("With the statistics of the batch nothing is frozen, so no features can be kept; turn CacheFrozenFeatures off and give no FeatureStore.", nameof(engine));
        }

        if (engine.KeepsFeatures && exampleCount < 1)
        {
            throw new ArgumentException("Features are kept for every example; say how many there are (exampleCount), or turn CacheFrozenFeatures off and give no FeatureStore.", nameof(engine));
        }

        int? prefix = engine.KeepsFeatures ? 1 : engine.PrefixExamples;
        return new PlanSettings(options.BatchSize, micro)
        {
            PrefixExamples = options.Normalization == NormalizationMode.Batch || (prefix >= micro && !engine.KeepsFeatures) ? null : prefix,
            Accumulates = micro < options.BatchSize || options.ClipNorm is not null,
            HasMomentum = options.Momentum > 0,
            CalibratesLabels = options.LabelCalibration > 0,
            Normalization = options.Normalization,
            Threads = engine.Threads,
            FrozenBytes = frozen?.Bytes,
            ReadsFrozenInPlace = frozen?.IsReadInPlace ?? true,
            CachedExamples = engine.KeepsFeatures ? exampleCount : 0,
            StoresFeatures = engine.FeatureStore is { IsMemory: false },
        };
    }
}
