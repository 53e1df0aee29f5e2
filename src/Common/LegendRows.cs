using ScottPlot;

namespace Ftte.Charts;

/// <summary>Lays out a legend in centered rows that are high and wide enough for their text.</summary>
/// <remarks>
/// The library's own layout takes the height of a row from the text's measured size, which is less than what the text covers, and clips the rest. It also
/// reserves one row below a plot, however many are needed.
/// </remarks>
/// <param name="maxWidth">The width after which a row ends, in pixels.</param>
internal sealed class LegendRows(float maxWidth) : ILegendLayout
{
    private const float RowHeight = 1.8f; // of the font size
    private const float TextShift = 0.3f; // of the font size: the library draws text above the middle of its rectangle
    private const float Gap = 26;

    /// <summary>Places a legend with this layout below a plot.</summary>
    /// <param name="plot">The plot.</param>
    /// <param name="width">The width of the picture, in pixels.</param>
    /// <param name="fontSize">The size of the text, in pixels.</param>
    /// <param name="fontName">The font; null for the one that <see cref="Plot.Font"/> has set.</param>
    public static void AddTo(Plot plot, int width, float fontSize, string? fontName = null)
    {
        const int Margins = 60;
        Legend legend = plot.Legend;
        legend.Layout = new LegendRows(width - Margins);
        legend.FontSize = fontSize;
        legend.FontName = fontName ?? legend.FontName;
        legend.SymbolWidth = 30;
        legend.OutlineWidth = 0;
        legend.ShadowColor = Colors.Transparent;
        legend.Orientation = Orientation.Horizontal;
        plot.ShowLegend(Edge.Bottom);
    }

    /// <inheritdoc/>
    public LegendLayout GetLayout(Legend legend, LegendItem[] items, PixelSize maxSize, Paint paint)
    {
        float available = Math.Min(maxWidth, maxSize.Width) - legend.Padding.Horizontal;
        float height = RowHeight * items.Max(item => item.LabelStyle.FontSize);
        float[] textWidths = [.. items.Select(item => item.LabelStyle.Measure(item.LabelText, paint).Width)];
        float[] widths = [.. textWidths.Select(width => legend.SymbolWidth + legend.SymbolPadding + width)];
        List<List<int>> rows = Break(widths, available);
        float total = rows.Max(row => Length(row, widths));
        var labels = new PixelRect[items.Length];
        var symbols = new PixelRect[items.Length];
        for (int r = 0; r < rows.Count; r++)
        {
            float x = legend.Padding.Left + ((total - Length(rows[r], widths)) / 2);
            float top = legend.Padding.Top + (r * height);
            foreach (int i in rows[r])
            {
                float textLeft = x + legend.SymbolWidth + legend.SymbolPadding, shift = TextShift * items[i].LabelStyle.FontSize;
                symbols[i] = new PixelRect(x, x + legend.SymbolWidth, top + height - 4, top + 4);
                labels[i] = new PixelRect(textLeft, textLeft + textWidths[i], top + height + shift, top + shift);
                x += widths[i] + Gap;
            }
        }

        return new LegendLayout
        {
            LegendItems = items,
            LegendRect = new PixelRect(0, total + legend.Padding.Horizontal, (rows.Count * height) + legend.Padding.Vertical, 0),
            LabelRects = labels,
            SymbolRects = symbols,
        };
    }

    /// <summary>Divides items into rows, each as long as there is room for, in order.</summary>
    public static List<List<int>> Break(IReadOnlyList<float> widths, float available)
    {
        var rows = new List<List<int>> { new() };
        for (int i = 0; i < widths.Count; i++)
        {
            if (rows[^1].Count > 0 && Length(rows[^1], widths) + Gap + widths[i] > available)
            {
                rows.Add([]);
            }

            rows[^1].Add(i);
        }

        return rows;
    }

    private static float Length(List<int> row, IReadOnlyList<float> widths) => row.Sum(i => widths[i]) + (Gap * Math.Max(0, row.Count - 1));
}
