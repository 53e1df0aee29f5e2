using System.Globalization;

namespace Ftte.TinyEngine;

/// <summary>Specifies the settings of stochastic gradient descent.</summary>
/// <remarks>
/// <para>Read when a trainer is created; later changes have no effect.</para>
/// <para>With the defaults, every network of <see cref="NetworkZoo"/> learns in a federation, from random weights and from a trained base; see
/// <c>docs/experiments/zoo.md</c>. On by default: batches of 20, one epoch, a constant learning rate of 0.1, gradients clipped per unit
/// (<see cref="ClipRatio"/>, no memory), and frozen normalization statistics. Off by default, because it takes memory or depends on the task: momentum,
/// weight decay, a proximal term, label calibration, clipping by the norm of the whole gradient (<see cref="ClipNorm"/>), and batch statistics.</para>
/// <para><see cref="LocalTrainer.Warnings"/> lists settings that are known to be fragile.</para>
/// </remarks>
public sealed class SgdOptions
{
    internal const float DefaultLearningRate = 0.1f;

    /// <summary>Gets or sets the number of examples per step; the last step of an epoch takes the remaining ones.</summary>
    /// <value>20 by default; at least 1.</value>
    public int BatchSize { get; set; } = 20;

    /// <summary>Gets or sets the number of passes over all examples, unless <see cref="Steps"/> is set.</summary>
    /// <value>1 by default; at least 1.</value>
    public int Epochs { get; set; } = 1;

    /// <summary>Gets or sets the number of steps, independent of the number of examples.</summary>
    /// <value>Null by default: <see cref="Epochs"/> determines it. Otherwise at least 1.</value>
    public int? Steps { get; set; }

    /// <summary>Gets or sets the learning rate.</summary>
    /// <value>
    /// Null by default: 0.1, or 0.04 times the square root of the number of outputs if that is more and the loss is the mean squared error, because this loss divides the gradient by the number of
    /// outputs. The default needs <see cref="ClipRatio"/>. Otherwise finite and positive.
    /// </value>
    public float? LearningRate { get; set; }

    /// <summary>Gets or sets the change of the learning rate over the run.</summary>
    /// <value><see cref="LearningRateSchedule.Constant"/> by default.</value>
    public LearningRateSchedule Schedule { get; set; } = LearningRateSchedule.Constant;

    /// <summary>Gets or sets the momentum: velocity = momentum * velocity + gradient, and the step follows the velocity.</summary>
    /// <value>0 by default, which needs no memory. Otherwise less than 1; takes 4 additional bytes per trained parameter.</value>
    public float Momentum { get; set; }

    /// <summary>Gets or sets the weight decay: this factor times the parameter is added to the gradient of every trained parameter, including biases.</summary>
    /// <value>0 by default; finite, not negative, and less than 1 / <see cref="LearningRate"/>.</value>
    public float WeightDecay { get; set; }

    /// <summary>Gets or sets the strength of the proximal term, which keeps trained parameters close to the received ones: mu in mu / 2 * ||w - received||^2.</summary>
    /// <value>
    /// 0 by default, which needs no memory and no time. Otherwise finite, positive, and together with <see cref="WeightDecay"/> less than 1 / <see cref="LearningRate"/>. A <see cref="LocalTrainer"/>
    /// reads the received values in place and needs no memory; if the received values are in another format (<see cref="FrozenParameters"/>), the plan includes a copy of the trained ones,
    /// 4 bytes per trained parameter.
    /// </value>
    /// <remarks>
    /// FedProx (Li et al., MLSys 2020, arXiv 1812.06127): mu times (parameter - received value) is added to the gradient of every trained parameter in every step. Like weight decay, it is added after
    /// clipping and before momentum. Helps if devices train many steps on unequal data; 0.001 to 1 are usual.
    /// </remarks>
    public float ProximalStrength { get; set; }

    /// <summary>Gets or sets the strength of the loss correction for an unbalanced class distribution on the device.</summary>
    /// <value>
    /// 0 by default: no correction. Otherwise finite and positive, usually 1: this factor times the logarithm of a class's share of the device's examples is added to its logit during
    /// training, as in logit adjustment (arXiv 2007.07314; on devices: FedLC, arXiv 2209.00189). Then training does not raise the predictions of classes that are frequent on the device, and classes
    /// without examples are not suppressed. Half an example is added to the count of each class. Only for a softmax over classes; every run then reads all labels first.
    /// </value>
    public float LabelCalibration { get; set; }

    /// <summary>Gets or sets the maximum norm of the whole gradient of a step; a larger gradient is scaled down to it.</summary>
    /// <value>Null by default: no limit. Otherwise positive; the whole gradient is then held in memory, 4 bytes per trained parameter.</value>
    public double? ClipNorm { get; set; }

    /// <summary>Gets or sets the maximum norm of a unit's gradient, as a multiple of the norm of the unit's weights; a larger gradient is scaled down to it.</summary>
    /// <value>
    /// 0.5 by default; null turns this clipping off; otherwise finite and positive. The ratio is divided by the number of trained layers, because the changes of layers multiply: with the
    /// default <see cref="LearningRate"/>, one step changes the weights of a unit by at most 5 % of their norm divided by the number of trained layers. A unit is an output of a linear layer or a
    /// filter of a convolution; a bias, scale or shift is clipped as one vector. The norm of a unit is taken as at least 0.1, and the root mean square of a vector as at least 1.
    /// </value>
    /// <remarks>
    /// Adaptive gradient clipping (Brock et al., ICML 2021, arXiv 2102.06171), with the dependence on depth of Bernstein et al. (NeurIPS 2020, arXiv 2002.03432). Networks whose normalization is
    /// frozen need it, because nothing rescales activations after a large step. It takes no memory: every unit is clipped when its gradient is applied. All micro-batch
    /// sizes, thread counts and vector widths give the same bits. Applied before momentum and weight decay, and before <see cref="ClipNorm"/>.
    /// </remarks>
    public float? ClipRatio { get; set; } = 0.5f;

    /// <summary>Gets or sets the source of the statistics of batch normalization.</summary>
    /// <value>
    /// <see cref="NormalizationMode.Frozen"/> by default. With <see cref="NormalizationMode.Batch"/>, the selection must contain the running statistics, or they never reach the
    /// server: use <see cref="Network.GetTrainable(NormalizationMode)"/>. A <see cref="LocalTrainer"/> rejects other selections.
    /// </value>
    public NormalizationMode Normalization { get; set; }

    /// <summary>Gets or sets the seed of the order of examples, of their augmentation and of dropout. Each round combines it with the ID of its update.</summary>
    /// <value>0 by default. Use a different seed for each device.</value>
    public ulong Seed { get; set; }

    /// <summary>Gets or sets the callback that the training thread calls after every step with its progress.</summary>
    /// <value>Null by default.</value>
    public Action<TrainingProgress>? Progress { get; set; }

    /// <summary>Validates that all values are in range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range; the message states the valid range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Steps ?? 1, 1, nameof(Steps));
        if (!Enum.IsDefined(Schedule))
        {
            throw new ArgumentOutOfRangeException(nameof(Schedule), Schedule, "Unknown schedule. Choose one of the named schedules.");
        }

        if (!Enum.IsDefined(Normalization))
        {
            throw new ArgumentOutOfRangeException(nameof(Normalization), Normalization, "Unknown mode. Choose one of the named modes.");
        }

        float rate = LearningRate ?? DefaultLearningRate;
        if (!(float.IsFinite(rate) && rate > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(LearningRate), LearningRate, "The learning rate must be finite and positive; null is the default for the loss.");
        }

        if (!(WeightDecay >= 0 && rate * WeightDecay < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(WeightDecay), WeightDecay, string.Create(CultureInfo.InvariantCulture, $"The weight decay must be at least 0 and less than 1 / {rate}, the reciprocal of the learning rate."));
        }

        if (!(ProximalStrength >= 0 && rate * (WeightDecay + ProximalStrength) < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(ProximalStrength),
                ProximalStrength,
                string.Create(CultureInfo.InvariantCulture, $"The proximal strength must be at least 0 and, plus the weight decay, less than 1 / {rate}, the reciprocal of the learning rate."));
        }

        if (!(Momentum >= 0 && Momentum < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Momentum), Momentum, "The momentum must be in [0, 1).");
        }

        if (!(LabelCalibration >= 0 && float.IsFinite(LabelCalibration)))
        {
            throw new ArgumentOutOfRangeException(nameof(LabelCalibration), LabelCalibration, "The calibration must be finite and not negative; 0 turns it off.");
        }

        if (ClipRatio is { } ratio && !(ratio > 0 && float.IsFinite(ratio)))
        {
            throw new ArgumentOutOfRangeException(nameof(ClipRatio), ClipRatio, "The clip ratio must be finite and positive; null turns clipping off.");
        }

        if (ClipNorm is { } norm && !(norm > 0 && double.IsFinite(norm)))
        {
            throw new ArgumentOutOfRangeException(nameof(ClipNorm), ClipNorm, "The maximum norm must be finite and positive; null turns clipping off.");
        }
    }

    /// <summary>Returns options that also report the share of steps that are done; these options if nobody is interested.</summary>
    internal SgdOptions ReportTo(IProgress<double>? receiver)
    {
        if (receiver is null)
        {
            return this;
        }

        SgdOptions reporting = Copy();
        reporting.Progress += progress => receiver.Report((double)progress.Step / progress.Steps);
        return reporting;
    }

    /// <summary>Returns a copy for a network, with the default learning rate of its loss if none is specified.</summary>
    internal SgdOptions CopyFor(Network network)
    {
        SgdOptions copy = Copy();
        copy.LearningRate ??= network.Loss.Kind == LossKind.MeanSquaredError ? Math.Max(DefaultLearningRate, 0.04f * MathF.Sqrt(network.OutputLength)) : DefaultLearningRate;
        return copy;
    }

    /// <summary>Returns options with a scaled learning rate; these options if the factor is 1.</summary>
    internal SgdOptions Scale(float factor)
    {
        if (factor == 1)
        {
            return this;
        }

        SgdOptions scaled = Copy();
        scaled.LearningRate *= factor;
        scaled.Validate();
        return scaled;
    }

    internal SgdOptions Copy() => (SgdOptions)MemberwiseClone();
}
