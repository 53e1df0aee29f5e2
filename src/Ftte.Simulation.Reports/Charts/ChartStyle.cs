using System.Globalization;
using Ftte.Charts;
using ScottPlot;
using SkiaSharp;

namespace Ftte.Simulation.Reports.Charts;

/// <summary>Defines the common style of all charts: font, sizes, and colors for color-blind readers (Okabe and Ito).</summary>
internal static class ChartStyle
{
    public const int Width = 1200;
    public const int Height = 700;
    private const float LegendSize = 15;
    private static readonly string[] PlainFonts = ["Segoe UI", "Helvetica Neue", "Arial", "Liberation Sans", "Noto Sans", "DejaVu Sans"];
    private static readonly LinePattern[] Patterns = [LinePattern.Solid, LinePattern.Dashed, LinePattern.Dotted, LinePattern.DenselyDashed];
    private static readonly Color[] Colors =
    [
        Color.FromHex("#D55E00"), Color.FromHex("#0072B2"), Color.FromHex("#E69F00"), Color.FromHex("#009E73"),
        Color.FromHex("#CC79A7"), Color.FromHex("#56B4E9"), Color.FromHex("#8C6D1F"), Color.FromHex("#555555"),
    ];

    public static Color Quiet { get; } = Color.FromHex("#666666");

    public static string FontName { get; } = PlainFonts.Intersect(SKFontManager.Default.FontFamilies, StringComparer.OrdinalIgnoreCase).FirstOrDefault() ?? Fonts.Sans;

    /// <summary>Gets the color of a rule.</summary>
    public static Color Of(int rule) => Colors[rule % Colors.Length];

    /// <summary>Gets the pattern of a rule's line: another one after all colors are used.</summary>
    public static LinePattern PatternOf(int rule) => Patterns[rule / Colors.Length % Patterns.Length];

    /// <summary>Formats an axis of ages from 0.</summary>
    /// <param name="plot">The plot.</param>
    /// <param name="oldest">The maximum age on the axis.</param>
    /// <param name="hasOlder">Whether the maximum age includes older updates.</param>
    public static void SetAges(Plot plot, int oldest, bool hasOlder)
    {
        const int MaxTicks = 25;
        int step = 1 + (oldest / MaxTicks);
        double[] ages = [.. Enumerable.Range(0, (oldest / step) + 1).Select(i => (double)(i * step)).Where(age => age + step <= oldest || age == oldest).Append(oldest).Distinct()];
        plot.Axes.Bottom.SetTicks(ages, [.. ages.Select(age => age.ToString(CultureInfo.InvariantCulture) + (hasOlder && age == oldest ? "+" : ""))]);
        plot.Axes.SetLimitsX(-0.5, oldest + 0.5);
    }

    /// <summary>Adds title, labels and legend to a chart, and saves it as a PNG file.</summary>
    public static void Save(Plot plot, string path, string title, string x, string y, int height = Height)
    {
        plot.Title(title, FitFont(title, Width - 60, 22));
        plot.XLabel(x, 18);
        plot.YLabel(y, 18);
        plot.Axes.Bottom.TickLabelStyle.FontSize = 15;
        plot.Axes.Left.TickLabelStyle.FontSize = 15;
        plot.Axes.Left.MinimumSize = 105;
        plot.Axes.Left.Label.OffsetX = 8;
        plot.Axes.Right.MinimumSize = 30;
        plot.Font.Set(FontName);
        LegendRows.AddTo(plot, Width, LegendSize, FontName);
        AtomicFile.WriteAllBytes(path, plot.GetImage(Width, height).GetImageBytes(ImageFormat.Png));
    }

    /// <summary>Returns the largest font size, up to a given one, at which text fits a width.</summary>
    public static float FitFont(string text, int width, float size)
    {
        const float CharacterWidth = 0.6f; // of the font size, about
        return Math.Clamp(width / (CharacterWidth * Math.Max(1, text.Length)), 8, size);
    }
}
