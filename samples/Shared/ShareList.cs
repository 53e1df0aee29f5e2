using System.Collections.Immutable;
using System.Globalization;

namespace Ftte.Samples.Shared;

/// <summary>Parses lists of shares, separated by commas.</summary>
internal static class ShareList
{
    /// <summary>Parses a list such as <c>1/8,1/4,0.5,1</c>.</summary>
    /// <returns>True if every share is in (0, 1].</returns>
    public static bool TryParse(string text, out ImmutableArray<double> shares)
    {
        var read = ImmutableArray.CreateBuilder<double>();
        foreach (string part in text.Split(','))
        {
            string[] fraction = part.Split('/');
            double above = 0, below = 1;
            bool isNumber = fraction.Length <= 2 && TryParseNumber(fraction[0], out above) && (fraction.Length == 1 || TryParseNumber(fraction[1], out below));
            if (!isNumber || above / below is not (> 0 and <= 1))
            {
                shares = [];
                return false;
            }

            read.Add(above / below);
        }

        shares = read.ToImmutable();
        return true;
    }

    private static bool TryParseNumber(string text, out double value) =>
        double.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);
}
