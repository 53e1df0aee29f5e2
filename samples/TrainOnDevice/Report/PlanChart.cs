using Ftte.Samples.Shared;
using TrainOnDevice.Planning;

namespace TrainOnDevice.Report;

/// <summary>Draws the memory in use over one pass, forward and backward, by use, with the peak and the budget.</summary>
internal static class PlanChart
{
    private const int Width = 1400;
    private const int Height = 800;

    /// <summary>Draws a plan and writes it as PNG.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The network's name.</param>
    /// <param name="training">The plan and its budget.</param>
    public static void Save(string path, string model, FittedTraining training)
    {
        var plan = training.Plan;
        var groups = StepGroup.Of([.. plan.Steps.Select(step => step.Name)], plan.Network.Layout);
        var plot = MemoryChart.Draw(MemoryAreas.Of(plan), groups, Peak.Of(plan), plan.PeakBytes, training.BudgetBytes, Width);
        plot.Title($"{model} trained in {ByteSize.ToText(plan.PeakBytes)} (all of it, without a plan, would take {ByteSize.ToText(plan.EagerBytes)})", 23);
        string what = training.TrainedParameters == plan.Network.Trainable.Count
            ? $"all {training.TrainedParameters:N0}"
            : $"{training.TrainedParameters:N0} of {plan.Network.Trainable.Count:N0}";
        string micro = plan.MicroBatchSize < plan.BatchSize ? $"{plan.MicroBatchSize} of {plan.BatchSize} examples" : $"{plan.BatchSize} examples";
        plot.XLabel($"one pass of {micro} through the layers and back; {what} parameters are trained", 17);
        plot.Axes.Title.Label.FontName = ChartFont.Name;
        plot.Axes.Bottom.Label.FontName = ChartFont.Name;
        ChartFile.Save(plot, path, Width, Height);
    }
}
