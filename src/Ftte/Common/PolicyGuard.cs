using System.Globalization;
using System.Runtime.CompilerServices;

namespace Ftte.Common;

/// <summary>Validates the numbers in policies. NaN fails every check.</summary>
internal static class PolicyGuard
{
    public static double NotNegative(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        double.IsFinite(value) && value >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, "The value must be finite and not negative.");

    public static double Positive(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        double.IsFinite(value) && value > 0 ? value : throw new ArgumentOutOfRangeException(name, value, "The value must be finite and positive.");

    public static double Within(double value, double low, double high, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value >= low && value <= high ? value : throw new ArgumentOutOfRangeException(name, value, string.Create(CultureInfo.InvariantCulture, $"The value must lie in [{low}, {high}]."));
}
