using ScottPlot;
using SkiaSharp;

namespace Ftte.Samples.Shared;

/// <summary>Selects the font of charts: a sans-serif font of the machine.</summary>
internal static class ChartFont
{
    private static readonly string[] Plain = ["Segoe UI", "Helvetica Neue", "Arial", "Liberation Sans", "Noto Sans", "DejaVu Sans"];

    public static string Name { get; } = Plain.Intersect(SKFontManager.Default.FontFamilies, StringComparer.OrdinalIgnoreCase).FirstOrDefault() ?? Fonts.Sans;
}
