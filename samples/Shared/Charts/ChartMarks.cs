using ScottPlot;

namespace Ftte.Samples.Shared;

/// <summary>Draws lines and labels over the areas: the budget, the peak and the start of the backward pass.</summary>
/// <param name="plot">The chart.</param>
/// <param name="areas">The areas.</param>
/// <param name="top">The height of the shown range, in bytes, without the space for labels.</param>
/// <param name="width">The chart's width, in pixels.</param>
internal sealed class ChartMarks(Plot plot, MemoryAreas areas, double top, int width)
{
    private const double NarrowPixels = 126;
    private const double CharacterWidth = 9.3; // in pixels, approximately
    private const double AxisWidth = 120;
    private const double TextGaps = 3.5; // the height of a line of text
    private static readonly Color Ink = Color.FromHex("#222222");
    private static readonly Color Quiet = Color.FromHex("#666666");
    private static readonly Color Alarm = Color.FromHex("#B00020");

    private readonly double _gap = 0.012 * top;

    /// <summary>Marks the end of the forward pass.</summary>
    public void AddPasses()
    {
        int end = areas.ForwardMoments;
        plot.Add.VerticalLine(end, 1.5f, Ink, LinePattern.Dotted);
        bool isNarrow = areas.Moments - end < NarrowPixels / width * areas.Moments;
        AddText(isNarrow ? "forward, and backward from here  " : "forward  ", end, 1.15 * top, Alignment.UpperRight, Quiet);
        if (!isNarrow)
        {
            AddText("  backward", end, 1.15 * top, Alignment.UpperLeft, Quiet);
        }
    }

    /// <summary>Marks the peak, and the budget if it is in the shown range.</summary>
    public void AddPeak(Peak peak, long? budgetBytes)
    {
        double end = areas.Moments, x = areas.MomentOf(peak) + 0.5, y = peak.Bytes + (1.5 * _gap);
        string words = $"peak {ByteSize.ToText(peak.Bytes)}: {peak.Name}, {peak.Pass}";
        double length = words.Length * CharacterWidth / (width - AxisWidth) * end;
        bool isBeforeText = x + length < end;
        double beside = x + (0.01 * end * (isBeforeText ? 1 : -1));
        if (budgetBytes is { } budget)
        {
            plot.Add.HorizontalLine(budget, 2.5f, Ink, LinePattern.Dashed);
            bool isAtRight = (isBeforeText ? beside : beside - length) < 0.2 * end;
            AddText($"budget {ByteSize.ToText(budget)}", (isAtRight ? 0.994 : 0.006) * end, budget + (_gap / 2), isAtRight ? Alignment.LowerRight : Alignment.LowerLeft, Ink);
            bool crosses = y + (TextGaps * _gap) > budget;
            y = crosses ? Math.Max(y, budget + (_gap / 2)) : y;
        }

        plot.Add.Marker(x, peak.Bytes + _gap, MarkerShape.FilledTriangleDown, 16, Alarm);
        AddText(words, beside, y, isBeforeText ? Alignment.LowerLeft : Alignment.LowerRight, Alarm);
    }

    private void AddText(string words, double x, double y, Alignment alignment, Color color)
    {
        var text = plot.Add.Text(words, x, y);
        text.LabelFontName = ChartFont.Name;
        text.LabelFontSize = 17;
        text.LabelFontColor = color;
        text.LabelAlignment = alignment;
        text.LabelBackgroundColor = Colors.White;
    }
}
