namespace Ftte.TinyEngine;

/// <summary>Specifies the change of the learning rate over a run.</summary>
public enum LearningRateSchedule
{
    /// <summary>The learning rate is constant.</summary>
    Constant,

    /// <summary>The learning rate decreases to 0 along half a cosine (Loshchilov and Hutter, ICLR 2017).</summary>
    Cosine,

    /// <summary>The learning rate decreases linearly to 0.</summary>
    Linear,

    /// <summary>The learning rate increases linearly from a tenth over the first fifth of the run, and then decreases linearly to 0 (after Smith, 2018).</summary>
    OneCycle,
}
