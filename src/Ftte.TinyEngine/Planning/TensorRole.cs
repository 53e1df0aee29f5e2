namespace Ftte.TinyEngine;

/// <summary>Specifies the purpose of a tensor in the arena.</summary>
public enum TensorRole
{
    /// <summary>Held during the whole step: labels, sums of gradients, momentum.</summary>
    Resident,

    /// <summary>Saved in the forward pass for the backward pass.</summary>
    Saved,

    /// <summary>The result of one step until another step has read it, and workspace.</summary>
    Transient,

    /// <summary>A gradient in the backward pass.</summary>
    Gradient,
}
