using Ftte.TinyEngine;

namespace Ftte.Baselines;

/// <summary>Specifies how <see cref="ContributionMeasure"/> trains and evaluates.</summary>
/// <remarks>Read when a measure is made; changing it afterwards changes nothing.</remarks>
public sealed class ContributionOptions
{
    /// <summary>Gets or sets how each block is trained; always from the given parameters, and with the same seed.</summary>
    /// <value>20 steps by default. Keep it short: every block is trained.</value>
    public SgdOptions Training { get; set; } = new() { Steps = 20, LearningRate = 0.05f, ClipRatio = null };

    /// <summary>Gets or sets how training uses memory and threads.</summary>
    /// <value>Null by default, for the defaults.</value>
    public EngineOptions? Engine { get; set; }

    /// <summary>Gets or sets the examples on which gains are evaluated.</summary>
    /// <value>Null by default, for those that are trained on; other examples measure generalization better.</value>
    public IExampleSource? Evaluation { get; set; }

    /// <summary>Gets or sets the unit of a gain.</summary>
    /// <value><see cref="ContributionGain.Accuracy"/> by default; <see cref="ContributionGain.Loss"/> is finer with few examples.</value>
    public ContributionGain Gain { get; set; }

    /// <summary>Gets or sets the receiver of a report for every block that has been measured.</summary>
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
