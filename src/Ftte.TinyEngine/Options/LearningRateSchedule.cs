namespace Ftte.TinyEngine;

/// <summary>Specifies how the step size changes over a run.</summary>
public enum LearningRateSchedule
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>It falls to 0 along half a cosine (Loshchilov and Hutter, ICLR 2017).</summary>
    Cosine,

    /// <summary>It falls to 0 along a straight line.</summary>
    Linear,

    /// <summary>It rises from a tenth over the first fifth of the run and then falls to 0, both along straight lines (after Smith, 2018).</summary>
    OneCycle,
}
