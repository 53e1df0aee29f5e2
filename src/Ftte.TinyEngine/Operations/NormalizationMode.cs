namespace Ftte.TinyEngine;

/// <summary>Specifies the source of the mean and the variance of batch normalization during training.</summary>
public enum NormalizationMode
{
    /// <summary>The running statistics of the model, which do not change. Micro-batches give the same gradients as whole batches.</summary>
    Frozen,

    /// <summary>The statistics of the batch, as on a server that trains a base model. Running statistics are updated. Requires whole batches.</summary>
    Batch,
}
