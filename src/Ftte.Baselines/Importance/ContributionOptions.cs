using Ftte.TinyEngine;

namespace Ftte.Baselines;

/// <summary>Specifies the options of <see cref="ContributionMeasure"/>.</summary>
/// <remarks>Read when a measure is created; later changes have no effect.</remarks>
public sealed class ContributionOptions
{
    /// <summary>Gets or sets the training options of each block. Every block is trained from the given parameters and with the same seed.</summary>
    /// <value>20 steps by default. Use few steps, because every block is trained.</value>
    public SgdOptions Training { get; set; } = new() { Steps = 20, LearningRate = 0.05f, ClipRatio = null };

    /// <summary>Gets or sets the engine options of training.</summary>
    /// <value>Null by default, which uses the default options.</value>
    public EngineOptions? Engine { get; set; }

    /// <summary>Gets or sets the examples on which gains are evaluated.</summary>
    /// <value>Null by default, which uses the training examples; other examples measure generalization better.</value>
    public IExampleSource? Evaluation { get; set; }

    /// <summary>Gets or sets the unit of a gain.</summary>
    /// <value><see cref="ContributionGain.Accuracy"/> by default; <see cref="ContributionGain.Loss"/> is finer with few examples.</value>
    public ContributionGain Gain { get; set; }

    /// <summary>Gets or sets the receiver of a progress report for every measured block.</summary>
    /// <value>Null by default.</value>
    public IProgress<ContributionProgress>? Progress { get; set; }

    internal ContributionOptions Copy()
    {
        var copy = (ContributionOptions)MemberwiseClone();
        copy.Training = Training.Copy();
        copy.Engine = Engine?.Copy();
        return copy;
    }
}
