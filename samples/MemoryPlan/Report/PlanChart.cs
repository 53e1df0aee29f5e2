using Ftte;
using Ftte.Samples.Shared;
using MemoryPlan.Planning;
using ScottPlot;
using SkiaSharp;

namespace MemoryPlan.Report;

/// <summary>Draws a plan: memory over one pass at the left, the trained part of each layer at the right.</summary>
internal static class PlanChart
{
    public const int Width = 1800;
    public const int Height = 900;
    private const int TimelineWidth = 1140;

    /// <summary>Draws the chart and writes it as PNG.</summary>
    public static void Save(string path, PlanOptions options, DevicePlan plan)
    {
        using SKSurface surface = SKSurface.Create(new SKImageInfo(Width, Height));
        surface.Canvas.Clear(SKColors.White);
        Draw(surface.Canvas, Timeline(options, plan), 0, TimelineWidth);
        Draw(surface.Canvas, TrainedPanel.Draw(options.Selector, plan, Width - TimelineWidth), TimelineWidth, Width);
        using SKImage image = surface.Snapshot();
        using SKData png = image.Encode(SKEncodedImageFormat.Png, quality: 100);
        AtomicFile.WriteAllBytes(path, png.AsSpan());
    }

    private static void Draw(SKCanvas canvas, Plot plot, int left, int right)
    {
        plot.RenderManager.ClearCanvasBeforeEachRender = false; // the other panel stays
        plot.Render(canvas, new PixelRect(left, right, Height, 0));
    }

    private static Plot Timeline(PlanOptions options, DevicePlan plan)
    {
        var names = plan.Request.Profile.Steps.Select(step => step.Name);
        long peak = plan.Certificate.Timeline.PeakBytes;
        Plot plot = MemoryChart.Draw(
            TimelineAreas.Of(plan), StepGroup.Of([.. names], plan.Problem.Network.Layout), plan.Binding, peak, options.BudgetBytes, TimelineWidth);
        plot.Title($"{options.Model}: {ByteSize.ToText(peak)} of memory at the peak", 22);
        string micro = options.Micro < options.Batch ? $"{options.Micro} of {options.Batch}" : $"{options.Batch}";
        plot.XLabel($"one pass of {micro} examples through the layers and back", 17);
        plot.Axes.Title.Label.FontName = ChartFont.Name;
        plot.Axes.Bottom.Label.FontName = ChartFont.Name;
        return plot;
    }
}
