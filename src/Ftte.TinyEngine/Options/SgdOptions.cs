using System.Globalization;

namespace Ftte.TinyEngine;

/// <summary>Specifies how stochastic gradient descent trains on the examples.</summary>
/// <remarks>
/// <para>Read when a trainer is made; changing it afterwards changes nothing.</para>
/// <para>With the defaults, every network of <see cref="NetworkZoo"/> learns in a federation, from random weights and from a trained base; see
/// <c>docs/experiments/zoo.md</c>. On by default: batches of 20, one epoch, a constant step size of 0.1, gradients clipped per unit
/// (<see cref="ClipRatio"/>, no memory), and frozen normalization statistics. Off by default, because it takes memory or depends on the task: momentum,
/// weight decay, label calibration, clipping by the norm of the whole gradient (<see cref="ClipNorm"/>), and batch statistics.</para>
/// <para><see cref="LocalTrainer.Warnings"/> lists settings that are known to be fragile.</para>
/// </remarks>
public sealed class SgdOptions
{
    /// <summary>Gets or sets the number of examples per step; the last step of an epoch takes the rest.</summary>
    /// <value>20 by default; at least 1.</value>
    public int BatchSize { get; set; } = 20;

    /// <summary>Gets or sets the number of passes over all examples, unless <see cref="Steps"/> is set.</summary>
    /// <value>1 by default; at least 1.</value>
    public int Epochs { get; set; } = 1;

    /// <summary>Gets or sets the number of steps, if it is to be the same however many examples there are.</summary>
    /// <value>Null by default: <see cref="Epochs"/> counts. Otherwise at least 1.</value>
    public int? Steps { get; set; }

    /// <summary>Gets or sets the step size.</summary>
    /// <value>0.1 by default, which needs <see cref="ClipRatio"/>; finite and positive.</value>
    public float LearningRate { get; set; } = 0.1f;

    /// <summary>Gets or sets how the step size changes over the run.</summary>
    /// <value><see cref="LearningRateSchedule.Constant"/> by default.</value>
    public LearningRateSchedule Schedule { get; set; } = LearningRateSchedule.Constant;

    /// <summary>Gets or sets the momentum: velocity = momentum * velocity + gradient, and the step follows the velocity.</summary>
    /// <value>0 by default, which needs no memory; otherwise less than 1, and 4 bytes more per trained parameter.</value>
    public float Momentum { get; set; }

    /// <summary>Gets or sets the weight decay: the gradient of every trained parameter, biases too, has this times the parameter added.</summary>
    /// <value>0 by default; finite, not negative, and less than 1 / <see cref="LearningRate"/>.</value>
    public float WeightDecay { get; set; }

    /// <summary>Gets or sets how much the loss allows for the device holding more of some classes than of others.</summary>
    /// <value>
    /// 0 by default: not at all. Otherwise finite and positive, usually 1: so many times the logarithm of a class's share among the device's own examples is added to its logit while
    /// training, as logit adjustment does (arXiv 2007.07314; on devices: FedLC, arXiv 2209.00189). What is common here is then not simply predicted more often everywhere, and classes
    /// that are not here are left alone. A class counts as if half an example more of it were there. Only for a softmax over classes; every run then looks at all labels first.
    /// </value>
    public float LabelCalibration { get; set; }

    /// <summary>Gets or sets the largest norm of a step's whole gradient; a longer one is shortened to it.</summary>
    /// <value>Null by default: no limit. Otherwise positive; the gradient is then held as a whole, 4 bytes per trained parameter.</value>
    public double? ClipNorm { get; set; }

    /// <summary>Gets or sets the largest norm of a unit's gradient, as a multiple of the norm of the unit's weights; a longer gradient is scaled down to it.</summary>
    /// <value>
    /// 0.5 by default; null for no such clipping; otherwise finite and positive. The ratio is divided by the number of trained layers, because changes of layers multiply: with the
    /// default <see cref="LearningRate"/>, one step changes the weights of a unit by at most 5 % of their norm divided by the number of trained layers. A unit is an output of a linear layer or a
    /// filter of a convolution; a bias, scale or shift is clipped as one vector. A unit's norm counts as at least 0.1, and the root mean square of a vector as at least 1.
    /// </value>
    /// <remarks>
    /// Adaptive gradient clipping (Brock et al., ICML 2021, arXiv 2102.06171), with the dependence on depth of Bernstein et al. (NeurIPS 2020, arXiv 2002.03432). Networks whose normalization is
    /// frozen need it, because nothing rescales activations after a large step. It takes no memory: every unit is clipped where its gradient is used. All micro-batch
    /// sizes, thread counts and vector widths give the same bits. Applied before momentum and weight decay, and before <see cref="ClipNorm"/>.
    /// </remarks>
    public float? ClipRatio { get; set; } = 0.5f;

    /// <summary>Gets or sets the source of the statistics of batch normalization.</summary>
    /// <value>
    /// <see cref="NormalizationMode.Frozen"/> by default. With <see cref="NormalizationMode.Batch"/>, the selection must contain the running statistics, or they never reach the
    /// server: use <see cref="Network.GetTrainable(NormalizationMode)"/>. A <see cref="LocalTrainer"/> refuses other selections.
    /// </value>
    public NormalizationMode Normalization { get; set; }

    /// <summary>Gets or sets the seed of the order in which examples are taken, of their augmentation and of dropout; each round mixes it with its update's id.</summary>
    /// <value>0 by default. Give every device its own.</value>
    public ulong Seed { get; set; }

    /// <summary>Gets or sets the callback that the training thread calls after every step with its progress.</summary>
    /// <value>Null by default.</value>
    public Action<TrainingProgress>? Progress { get; set; }

    /// <summary>Checks that all values are in range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range; the message states the valid range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Steps ?? 1, 1, nameof(Steps));
        if (!Enum.IsDefined(Schedule))
        {
            throw new ArgumentOutOfRangeException(nameof(Schedule), Schedule, "Choose one of the named schedules.");
        }

        if (!Enum.IsDefined(Normalization))
        {
            throw new ArgumentOutOfRangeException(nameof(Normalization), Normalization, "Choose one of the named modes.");
        }

        if (!(float.IsFinite(LearningRate) && LearningRate > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(LearningRate), LearningRate, "The step size is finite and positive.");
        }

        if (!(WeightDecay >= 0 && LearningRate * WeightDecay < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(WeightDecay), WeightDecay, string.Create(CultureInfo.InvariantCulture, $"The weight decay is not negative and less than 1 / {LearningRate}, one over the step size."));
        }

        if (!(Momentum >= 0 && Momentum < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Momentum), Momentum, "The momentum lies in [0, 1).");
        }

        if (!(LabelCalibration >= 0 && float.IsFinite(LabelCalibration)))
        {
            throw new ArgumentOutOfRangeException(nameof(LabelCalibration), LabelCalibration, "The calibration is finite and not negative; 0 for none.");
        }

        if (ClipRatio is { } ratio && !(ratio > 0 && float.IsFinite(ratio)))
        {
            throw new ArgumentOutOfRangeException(nameof(ClipRatio), ClipRatio, "The clip ratio must be finite and positive; null turns clipping off.");
        }

        if (ClipNorm is { } norm && !(norm > 0 && double.IsFinite(norm)))
        {
            throw new ArgumentOutOfRangeException(nameof(ClipNorm), ClipNorm, "The largest norm is finite and positive; null not to clip.");
        }
    }

    internal SgdOptions Copy() => (SgdOptions)MemberwiseClone();
}
