namespace Ftte;

/// <summary>Specifies the role of the values of a <see cref="ParameterBlock"/>.</summary>
/// <remarks>The numbers are part of <see cref="ParameterLayout.Fingerprint"/>; new roles are added at the end.</remarks>
public enum ParameterRole
{
    /// <summary>Values that have a gradient, such as weights and biases. The default.</summary>
    Trainable = 0,

    /// <summary>A statistic of the data, such as the running mean of batch normalization. A server averages statistics and never applies an optimizer step to them.</summary>
    Statistic = 1,

    /// <summary>A statistic that is never negative, such as the running variance of batch normalization.</summary>
    Variance = 2,
}
