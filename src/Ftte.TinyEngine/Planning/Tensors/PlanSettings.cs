namespace Ftte.TinyEngine;

/// <summary>Represents the settings of a plan, in addition to network and selection.</summary>
/// <param name="BatchSize">The number of examples per step.</param>
/// <param name="MicroBatchSize">The number of examples that run forward and backward at once.</param>
internal sealed record PlanSettings(int BatchSize, int MicroBatchSize)
{
    /// <summary>Gets the number of examples that run through the frozen prefix at once; null for the whole micro-batch.</summary>
    public int? PrefixExamples { get; init; }

    /// <summary>Gets a value that indicates whether gradients are accumulated before they are applied: with micro-batches, and if the whole gradient is clipped.</summary>
    public bool Accumulates { get; init; }

    public bool HasMomentum { get; init; }

    /// <summary>Gets a value that indicates whether the received values of trained parameters are copied for the proximal term, because they cannot be read in place.</summary>
    public bool CopiesAnchor { get; init; }

    /// <summary>Gets the number of vectors with one value per trained parameter that are held in addition to the parameters.</summary>
    public int TrainedVectors => (Accumulates ? 1 : 0) + (HasMomentum ? 1 : 0) + (CopiesAnchor ? 1 : 0);

    /// <summary>Gets a value that indicates whether the loss is corrected for the class distribution.</summary>
    public bool CalibratesLabels { get; init; }

    public NormalizationMode Normalization { get; init; }

    public int Threads { get; init; } = 1;

    /// <summary>Gets the bytes that the frozen parameters take; null for the whole vector as float32.</summary>
    public long? FrozenBytes { get; init; }

    /// <summary>Gets a value that indicates whether frozen float32 weights can be read in place.</summary>
    public bool ReadsFrozenInPlace { get; init; } = true;

    /// <summary>Gets the bytes of the personal parameters, which are held during training.</summary>
    public long PersonalBytes { get; init; }

    /// <summary>Gets the number of examples whose features from the frozen prefix are kept for the whole run.</summary>
    public int CachedExamples { get; init; }

    /// <summary>Gets a value that indicates whether the features are kept in storage instead of memory.</summary>
    public bool StoresFeatures { get; init; }

    /// <summary>Gets a value that indicates whether the plan is for inference: no labels, no loss, and no backward pass.</summary>
    public bool IsForwardOnly { get; init; }

    /// <summary>Gets the value that is held until the end of the forward pass, in addition to the outputs; null for none. Requires <see cref="IsForwardOnly"/>.</summary>
    public Value? Embedding { get; init; }

    /// <summary>Creates the settings from the options.</summary>
    public static PlanSettings From(SgdOptions options, EngineOptions engine, FrozenParameters? frozen = null, int exampleCount = 0)
    {
        int micro = Math.Min(engine.MicroBatchSize ?? options.BatchSize, options.BatchSize);
        if (options.Normalization == NormalizationMode.Batch && micro < options.BatchSize)
        {
            throw new ArgumentException(
                $"Normalization with the statistics of the batch needs the whole batch of {options.BatchSize} at once, not {micro} examples. Set MicroBatchSize to null.", nameof(engine));
        }

        if (engine.KeepsFeatures && options.Normalization == NormalizationMode.Batch)
        {
            throw new ArgumentException("With the statistics of the batch, no layer is frozen, so features cannot be kept. Set CacheFrozenFeatures to false and FeatureStore to null.", nameof(engine));
        }

        if (engine.KeepsFeatures && exampleCount < 1)
        {
            throw new ArgumentException("Features are kept for every example, but exampleCount is not specified. Specify it, or set CacheFrozenFeatures to false and FeatureStore to null.", nameof(engine));
        }

        int? prefix = engine.KeepsFeatures ? 1 : engine.PrefixExamples;
        return new PlanSettings(options.BatchSize, micro)
        {
            PrefixExamples = options.Normalization == NormalizationMode.Batch || (prefix >= micro && !engine.KeepsFeatures) ? null : prefix,
            Accumulates = micro < options.BatchSize || options.ClipNorm is not null,
            HasMomentum = options.Momentum > 0,
            CopiesAnchor = options.ProximalStrength > 0 && frozen is not null,
            CalibratesLabels = options.LabelCalibration > 0,
            Normalization = options.Normalization,
            Threads = engine.Threads,
            FrozenBytes = frozen?.Bytes ?? (engine.ParametersAreMapped ? 0 : null),
            ReadsFrozenInPlace = frozen?.IsReadInPlace ?? true,
            CachedExamples = engine.KeepsFeatures ? exampleCount : 0,
            StoresFeatures = engine.FeatureStore is { IsMemory: false },
        };
    }
}
