using Ftte.Samples.Shared;
using Spectre.Console;
using TrainOnDevice.Planning;

namespace TrainOnDevice.Report;

/// <summary>Shows a plan step by step.</summary>
internal static class PlanTable
{
    private const int MaxRows = 24;

    public static void Write(IAnsiConsole console, FittedTraining training)
    {
        PlanRow[] rows = PlanRow.Of(training.Plan);
        Peak peak = Peak.Of(training.Plan);
        bool isShort = rows.Length <= MaxRows;
        AdaptiveTable table = new AdaptiveTable()
            .AddColumn("Step")
            .AddColumn("Trained")
            .AddColumn("Saved", isNumber: true)
            .AddColumn("Forward", isNumber: true)
            .AddColumn("Backward", isNumber: true);
        int leftOut = 0;
        for (int t = 0; t < rows.Length; t++)
        {
            PlanRow row = rows[t];
            if (!isShort && row.Trained.Length == 0 && row.SavedBytes == 0 && t != peak.Step)
            {
                leftOut++;
                continue;
            }

            const int Forward = 3, Backward = 4;
            string[] cells =
            [
                row.Name,
                row.Trained,
                row.SavedBytes == 0 ? "" : ByteSize.ToCell(row.SavedBytes),
                Cell(row.ForwardBytes, t == peak.Step && !peak.IsBackward),
                Cell(row.BackwardBytes, t == peak.Step && peak.IsBackward),
            ];
            table.AddRow(cells, marked: t != peak.Step ? -1 : peak.IsBackward ? Backward : Forward);
        }

        table.Write(console);
        string hidden = leftOut > 0 ? $" {leftOut} steps without trained parameters and saved values are omitted." : "";
        console.WriteText($"Forward and backward: all bytes in use while the step runs, including parameters; * marks the peak.{hidden}");
        long gaps = training.Plan.ArenaBytes - training.Plan.PeakLiveBytes;
        if (gaps > 0)
        {
            console.WriteText($"The plan takes {ByteSize.ToText(gaps)} more than the peak, because of gaps between tensors in the arena.");
        }
    }

    private static string Cell(long bytes, bool isPeak) => bytes == 0 ? "" : isPeak ? $"* {ByteSize.ToCell(bytes)}" : ByteSize.ToCell(bytes);
}
