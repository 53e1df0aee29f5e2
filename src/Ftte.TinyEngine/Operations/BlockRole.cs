namespace Ftte.TinyEngine;

/// <summary>Specifies the purpose of a tensor of parameters.</summary>
internal enum BlockRole
{
    Weight,
    Bias,

    /// <summary>A running mean or variance: part of the model, but no gradient reaches it.</summary>
    Statistic,
}
