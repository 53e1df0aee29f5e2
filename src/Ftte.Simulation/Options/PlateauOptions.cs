using Ftte.Simulation.Common;

namespace Ftte.Simulation;

/// <summary>Represents the settings for a run that ends when its accuracy no longer improves, after the steps of devices were reduced.</summary>
/// <remarks>
/// The accuracy has a plateau when none of the evaluations of the last <see cref="PatienceJobs"/> jobs exceeds the best one before by <see cref="MinGain"/>. At a plateau, the
/// server multiplies the step scale of devices by <see cref="Factor"/>; at the plateau after the last reduction, the run ends. The same settings for all rules make
/// plateaus comparable: without smaller steps, the noise of a rule's steps decides.
/// </remarks>
public sealed record PlateauOptions
{
    /// <summary>Gets the number of jobs without a better evaluation after which the accuracy has a plateau.</summary>
    public required long PatienceJobs { get; init; }

    /// <summary>Gets the number of times that the step scale is reduced before the run ends.</summary>
    /// <value>Default 2.</value>
    public int Reductions { get; init; } = 2;

    /// <summary>Gets the factor by which the step scale is multiplied at a plateau.</summary>
    /// <value>Default 0.3; in (0, 1].</value>
    public float Factor { get; init; } = 0.3f;

    /// <summary>Gets the gain in accuracy that an evaluation needs over the best one before to count as better.</summary>
    /// <value>Default 0.001.</value>
    public double MinGain { get; init; } = 0.001;

    /// <summary>Validates the settings.</summary>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(PatienceJobs, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Reductions);
        if (!(Factor is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Factor), Factor, "The factor must be greater than 0 and at most 1.");
        }

        Guard.Share(MinGain);
    }
}
