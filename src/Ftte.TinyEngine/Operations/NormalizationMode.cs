namespace Ftte.TinyEngine;

/// <summary>How batch normalisation gets its mean and variance while training.</summary>
public enum NormalizationMode
{
    /// <summary>From the running statistics of the model, which stay as they are. Micro-batches give the same gradients as whole batches.</summary>
    Frozen,

    /// <summary>From the batch, as on a server that makes a base model; running statistics follow. Needs whole batches.</summary>
    Batch,
}
