namespace Ftte.TinyEngine;

/// <summary>Specifies the change of the step size over a run.</summary>
public enum LearningRateSchedule
{
    /// <summary>The step size is constant.</summary>
    Constant,

    /// <summary>The step size decreases to 0 along half a cosine (Loshchilov and Hutter, ICLR 2017).</summary>
    Cosine,

    /// <summary>The step size decreases linearly to 0.</summary>
    Linear,

    /// <summary>The step size increases linearly from a tenth over the first fifth of the run, and then decreases linearly to 0 (after Smith, 2018).</summary>
    OneCycle,
}
