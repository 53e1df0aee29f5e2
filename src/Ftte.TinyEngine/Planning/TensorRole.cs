namespace Ftte.TinyEngine;

/// <summary>Specifies why a tensor is in the arena.</summary>
public enum TensorRole
{
    /// <summary>Held throughout: labels, sums of gradients, momentum.</summary>
    Resident,

    /// <summary>Saved in the forward pass for the backward pass.</summary>
    Saved,

    /// <summary>In use only while one step hands its result to another, and workspace.</summary>
    Transient,

    /// <summary>A gradient on its way back.</summary>
    Gradient,
}
