using ScottPlot;
using SkiaSharp;

namespace Ftte.Simulation.Reports;

/// <summary>What all charts have in common: font, sizes, and colours that the colour-blind can tell apart (Okabe and Ito).</summary>
internal static class ChartStyle
{
    public const int Width = 1200;
    public const int Height = 700;
    private static readonly string[] PlainFonts = ["Segoe UI", "Helvetica Neue", "Arial", "Liberation Sans", "Noto Sans", "DejaVu Sans"];
    private static readonly Color[] Colors =
    [
        Color.FromHex("#D55E00"), Color.FromHex("#0072B2"), Color.FromHex("#E69F00"), Color.FromHex("#009E73"),
        Color.FromHex("#CC79A7"), Color.FromHex("#56B4E9"), Color.FromHex("#8C6D1F"), Color.FromHex("#555555"),
    ];

    public static Color Quiet { get; } = Color.FromHex("#666666");

    public static Color Of(int rule) => Colors[rule % Colors.Length];

    /// <summary>Gives the unit in which times up to an end are best read.</summary>
    public static (double Seconds, string Name) Unit(TimeSpan end) => end.TotalSeconds switch
    {
        < 180 => (1, "seconds"),
        < 3 * 3600 => (60, "minutes"),
        < 3 * 86_400 => (3600, "hours"),
        _ => (86_400, "days"),
    };

    /// <summary>Dresses a chart and writes it.</summary>
    public static void Save(Plot plot, string path, string title, string x, string y, bool hasLegend = true, int height = Height)
    {
        plot.Title(title, 22);
        plot.XLabel(x, 18);
        plot.YLabel(y, 18);
        plot.Axes.Bottom.TickLabelStyle.FontSize = 15;
        plot.Axes.Left.TickLabelStyle.FontSize = 15;
        plot.Axes.Left.MinimumSize = 90;
        plot.Axes.Right.MinimumSize = 30;
        plot.Font.Set(PlainFonts.Intersect(SKFontManager.Default.FontFamilies, StringComparer.OrdinalIgnoreCase).FirstOrDefault() ?? Fonts.Sans);
        if (hasLegend)
        {
            plot.Legend.FontSize = 15;
            plot.Legend.SymbolWidth = 30;
            plot.Legend.Padding = new PixelPadding(8, 8, 10, 10);
            plot.Legend.Orientation = Orientation.Horizontal;
            plot.Legend.OutlineWidth = 0;
            plot.Legend.ShadowColor = ScottPlot.Colors.Transparent;
            plot.ShowLegend(Edge.Bottom);
        }

        plot.SavePng(path, Width, height);
    }
}
