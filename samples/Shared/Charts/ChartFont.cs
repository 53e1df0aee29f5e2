using ScottPlot;
using SkiaSharp;

namespace Ftte.Samples.Shared;

/// <summary>The font of pictures: a plain one that the machine has.</summary>
internal static class ChartFont
{
    private static readonly string[] Plain = ["Segoe UI", "Helvetica Neue", "Arial", "Liberation Sans", "Noto Sans", "DejaVu Sans"];

    public static string Name { get; } = Plain.Intersect(SKFontManager.Default.FontFamilies, StringComparer.OrdinalIgnoreCase).FirstOrDefault() ?? Fonts.Sans;
}
