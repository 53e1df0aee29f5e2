namespace Ftte.TinyEngine;

/// <summary>Specifies the source of the mean and the variance of batch normalization while training.</summary>
public enum NormalizationMode
{
    /// <summary>From the running statistics of the model, which stay as they are. Micro-batches give the same gradients as whole batches.</summary>
    Frozen,

    /// <summary>From the batch, as on a server that trains a base model; running statistics are updated. Needs whole batches.</summary>
    Batch,
}
