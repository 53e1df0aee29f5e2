using System.Globalization;

namespace Ftte.Samples.Shared;

/// <summary>Parses and formats large counts, such as 20M for twenty million.</summary>
internal static class LargeNumber
{
    private static readonly (string Suffix, double Factor)[] Units = [("k", 1e3), ("M", 1e6), ("G", 1e9), ("", 1)];

    /// <summary>Parses a count such as <c>20M</c>, <c>1.5G</c> or <c>800000</c>; the suffix may be in any case.</summary>
    /// <returns>True if the text is a count of at least one.</returns>
    public static bool TryParse(string text, out long count)
    {
        (string suffix, double factor) = Units.First(unit => text.EndsWith(unit.Suffix, StringComparison.OrdinalIgnoreCase));
        bool isNumber = double.TryParse(text[..^suffix.Length].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value);
        bool isCount = isNumber && value * factor is >= 1 and < 1e18;
        count = isCount ? (long)Math.Round(value * factor) : 0;
        return isCount;
    }

    /// <summary>Formats a count with at least three digits, such as <c>12.5 M</c>.</summary>
    public static string ToText(double count) => count switch
    {
        < 1e4 => count.ToString("0", CultureInfo.InvariantCulture),
        < 1e6 => Digits(count / 1e3) + " k",
        < 1e9 => Digits(count / 1e6) + " M",
        _ => Digits(count / 1e9) + " G",
    };

    private static string Digits(double value) => value.ToString(value < 10 ? "0.##" : value < 100 ? "0.#" : "0", CultureInfo.InvariantCulture);
}
