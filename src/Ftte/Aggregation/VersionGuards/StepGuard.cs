using System.Globalization;
using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>Refuses a version if its step is much larger than the latest steps or if a variance becomes negative. The default guard.</summary>
/// <remarks>
/// <para>A step is not refused for its size if its norm is at most 5 % of the norm of the parameters that it changes: later steps can correct it.</para>
/// <para>Until there are steps to compare with, a step is refused if its norm is more than 10 times the norm of the parameters that it changes, unless they are all 0.</para>
/// </remarks>
public sealed class StepGuard : IVersionGuard
{
    /// <summary>The default of <see cref="MaxRatio"/>.</summary>
    public const double DefaultMaxRatio = 30;

    /// <summary>Creates the guard.</summary>
    /// <param name="maxRatio">The maximum ratio of a step's root mean square to the reference; finite, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The ratio is less than 1 or not finite.</exception>
    public StepGuard(double maxRatio = DefaultMaxRatio) => MaxRatio = PolicyGuard.Within(maxRatio, 1, double.MaxValue);

    /// <summary>Gets the maximum ratio of a step's root mean square to the reference, the median of the latest steps.</summary>
    /// <value>Default 30, several times the ratio that a change of the selection causes. The measurements are in <c>docs/aggregation.md</c>.</value>
    public double MaxRatio { get; }

    /// <summary>The share of the changed parameters' norm up to which a step is published whatever its ratio, so that steps near zero cannot make every later step look too large.</summary>
    internal const double SmallShare = 0.05;

    /// <summary>The multiple of the changed parameters' norm that the first step may have; small enough to refuse divergence, and large enough for models that start near zero.</summary>
    internal const double MaxFirstShare = 10;

    /// <inheritdoc />
    public string? Check(ModelSnapshot current, ModelSnapshot candidate, in StepStatistics step)
    {
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(candidate);
        return CheckStep(current, candidate, step) ?? CheckVariances(current, candidate);
    }

    private string? CheckStep(ModelSnapshot current, ModelSnapshot candidate, in StepStatistics step)
    {
        // An unknown reference is NaN, for which the comparison is false.
        if (!(step.ReferenceRootMeanSquare > 0))
        {
            double norm = NormOfChanged(current, candidate);
            return norm > 0 && step.Norm > MaxFirstShare * norm
                ? string.Create(CultureInfo.InvariantCulture,
                    $"The first step, of {step.UpdateCount} updates, has a norm of {step.Norm:G4}, more than {MaxFirstShare} times the norm of {norm:G4} of the parameters that it changes. Look for devices with diverging training; if the step is intended, use no guard until the first version.")
                : null;
        }

        return step.RootMeanSquare > MaxRatio * step.ReferenceRootMeanSquare && step.Norm > SmallShare * NormOfChanged(current, candidate)
            ? string.Create(CultureInfo.InvariantCulture,
                $"The step of {step.UpdateCount} updates has a root mean square of {step.RootMeanSquare:G4}, more than {MaxRatio:G4} times the usual {step.ReferenceRootMeanSquare:G4}. Look for devices with diverging training; if the change is intended, raise {nameof(StepGuard)}.{nameof(MaxRatio)}.")
            : null;
    }

    /// <summary>Computes the norm that the changed trainable parameters had before the step.</summary>
    private static double NormOfChanged(ModelSnapshot current, ModelSnapshot candidate)
    {
        ReadOnlySpan<float> before = current.Parameters.Span, after = candidate.Parameters.Span;
        double squares = 0;
        foreach (ParameterBlock block in current.Layout.Blocks)
        {
            for (int j = block.Range.Start; block.Role == ParameterRole.Trainable && j < block.Range.End; j++)
            {
                squares += before[j] == after[j] ? 0 : (double)before[j] * before[j];
            }
        }

        return Math.Sqrt(squares);
    }

    private static string? CheckVariances(ModelSnapshot current, ModelSnapshot candidate)
    {
        foreach (ParameterBlock block in candidate.Layout.Roles.Statistics)
        {
            for (int j = block.Range.Start; block.Role == ParameterRole.Variance && j < block.Range.End; j++)
            {
                // Do not refuse if the variance was negative before: the version does not introduce the fault.
                if (candidate.Parameters.Span[j] < 0 && current.Parameters.Span[j] >= 0)
                {
                    return string.Create(CultureInfo.InvariantCulture,
                        $"The variance {j - block.Range.Start} of block '{block.Name}' becomes {candidate.Parameters.Span[j]:G4}. A variance must not be negative; look for devices that send wrong statistics.");
                }
            }
        }

        return null;
    }
}
