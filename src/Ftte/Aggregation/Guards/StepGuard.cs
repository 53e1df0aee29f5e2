using System.Globalization;
using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>Refuses a version whose step is far longer than the latest steps, or whose variances become negative. The default.</summary>
public sealed class StepGuard : IVersionGuard
{
    /// <summary>The default of <see cref="MaxRatio"/>.</summary>
    public const double DefaultMaxRatio = 30;

    /// <summary>Creates the guard.</summary>
    /// <param name="maxRatio">How many times the usual root mean square a step may have; finite, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The ratio is less than 1 or not finite.</exception>
    public StepGuard(double maxRatio = DefaultMaxRatio) => MaxRatio = PolicyGuard.Within(maxRatio, 1, double.MaxValue);

    /// <summary>Gets how many times the usual root mean square a step may have.</summary>
    /// <value>Default 30, several times what a change of the selection causes. The measurements are in <c>docs/aggregation.md</c>.</value>
    public double MaxRatio { get; }

    /// <inheritdoc />
    public string? Check(ModelSnapshot current, ModelSnapshot candidate, in StepStatistics step)
    {
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(candidate);
        return CheckStep(step) ?? CheckVariances(current, candidate);
    }

    // Comparisons with a reference that is not known yet (NaN) are false.
    private string? CheckStep(in StepStatistics step) =>
        step.ReferenceRootMeanSquare > 0 && step.RootMeanSquare > MaxRatio * step.ReferenceRootMeanSquare
            ? string.Create(CultureInfo.InvariantCulture,
                $"The step of {step.UpdateCount} updates has a root mean square of {step.RootMeanSquare:G4}, more than {MaxRatio:G4} times the usual {step.ReferenceRootMeanSquare:G4}. Look for devices whose training diverges; if the change is intended, raise {nameof(StepGuard)}.{nameof(MaxRatio)}.")
            : null;

    private static string? CheckVariances(ModelSnapshot current, ModelSnapshot candidate)
    {
        foreach (ParameterBlock block in candidate.Layout.Roles.Statistics)
        {
            for (int j = block.Range.Start; block.Role == ParameterRole.Variance && j < block.Range.End; j++)
            {
                // A model that began with a negative variance is not made worse.
                if (candidate.Parameters.Span[j] < 0 && current.Parameters.Span[j] >= 0)
                {
                    return string.Create(CultureInfo.InvariantCulture,
                        $"The variance {j - block.Range.Start} of block '{block.Name}' becomes {candidate.Parameters.Span[j]:G4}; a variance is not negative.");
                }
            }
        }

        return null;
    }
}
