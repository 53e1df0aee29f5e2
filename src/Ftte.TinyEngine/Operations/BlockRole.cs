namespace Ftte.TinyEngine;

/// <summary>What a tensor of parameters is for.</summary>
internal enum BlockRole
{
    Weight,
    Bias,

    /// <summary>A running mean or variance: part of the model, but no gradient reaches it.</summary>
    Statistic,
}
