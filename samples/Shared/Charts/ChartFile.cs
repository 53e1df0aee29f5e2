using ScottPlot;

namespace Ftte.Samples.Shared;

/// <summary>Writes charts as PNG.</summary>
internal static class ChartFile
{
    /// <summary>Writes a chart; an existing file is replaced after the chart is drawn.</summary>
    /// <param name="plot">The chart.</param>
    /// <param name="path">The file.</param>
    /// <param name="width">The width, in pixels.</param>
    /// <param name="height">The height, in pixels.</param>
    public static void Save(Plot plot, string path, int width, int height) =>
        AtomicFile.WriteAllBytes(path, plot.GetImage(width, height).GetImageBytes(ImageFormat.Png));

    /// <summary>Returns the largest font size, up to a given one, at which a title fits a chart.</summary>
    /// <param name="title">The title.</param>
    /// <param name="width">The width of the chart, in pixels.</param>
    /// <param name="size">The size to use if it fits.</param>
    public static float FitTitle(string title, int width, float size = 22)
    {
        const float CharacterWidth = 0.6f; // approximately, of the font size
        const int Margins = 60;
        return Math.Clamp((width - Margins) / (CharacterWidth * Math.Max(1, title.Length)), 8, size);
    }
}
