using System.Globalization;

namespace Ftte;

/// <summary>Formats numbers as German does, 1.234,5, and negative ones with a sign of their own, while it is in use.</summary>
/// <remarks>Built by hand because the tests run without the system's cultures. This file is compiled into each test project that uses it.</remarks>
internal sealed class CommaCulture : IDisposable
{
    private readonly CultureInfo _before = CultureInfo.CurrentCulture;

    public CommaCulture()
    {
        var german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (german.NumberFormat.NumberDecimalSeparator, german.NumberFormat.NumberGroupSeparator) = (",", ".");
        (german.NumberFormat.PercentDecimalSeparator, german.NumberFormat.PercentGroupSeparator) = (",", ".");
        german.NumberFormat.NegativeSign = "~";
        german.DateTimeFormat.ShortDatePattern = "dd.MM.yyyy";
        CultureInfo.CurrentCulture = german;
    }

    public void Dispose() => CultureInfo.CurrentCulture = _before;
}
