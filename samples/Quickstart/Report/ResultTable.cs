using Ftte.Samples.Shared;
using Spectre.Console;

namespace Quickstart;

/// <summary>Shows both methods side by side.</summary>
internal static class ResultTable
{
    private const string None = "-";

    public static void Write(IAnsiConsole console, QuickstartResult result)
    {
        (MethodResult ftte, MethodResult fedAvg) = (result.Ftte, result.FedAvg);
        string target = Units.Percent(result.Target);
        AdaptiveTable table = new AdaptiveTable()
            .AddColumn("")
            .AddColumn("FTTE", isNumber: true)
            .AddColumn("FedAvg", isNumber: true)
            .AddColumn("Difference", isNumber: true);
        table.AddRow(["Accuracy before (base model)", Units.Percent(result.Base), Units.Percent(result.Base), None]);
        table.AddRow(["Accuracy after", Units.Percent(ftte.Accuracy), Units.Percent(fedAvg.Accuracy), Points(ftte.Accuracy - fedAvg.Accuracy)]);
        table.AddRow([$"Virtual time to {target}", TimeOf(ftte), TimeOf(fedAvg), Change(ftte.TimeToTarget, fedAvg.TimeToTarget)]);
        table.AddRow(["Device memory, plan / eager", Units.Bytes(ftte.DeviceBytes), Units.Bytes(fedAvg.DeviceBytes), Change(ftte.DeviceBytes, fedAvg.DeviceBytes)]);
        table.AddRow(["Device memory, plan / plan", Units.Bytes(ftte.PlannedBytes), Units.Bytes(fedAvg.PlannedBytes), Change(ftte.PlannedBytes, fedAvg.PlannedBytes)]);
        table.AddRow(["Sent by devices", Units.Bytes(ftte.BytesUp), Units.Bytes(fedAvg.BytesUp), Change(ftte.BytesUp, fedAvg.BytesUp)]);
        table.AddRow(["Received by devices", Units.Bytes(ftte.BytesDown), Units.Bytes(fedAvg.BytesDown), Change(ftte.BytesDown, fedAvg.BytesDown)]);
        table.Write(console);
        console.WriteLine(
            "Memory: plan is what the engine takes, one example at a time; eager is what a framework takes that holds weights, gradients and a whole batch's activations.");
        console.WriteLine($"Bytes are counted until {target} is reached, else to the end of the run.");
    }

    private static string TimeOf(MethodResult result) =>
        result.TimeToTarget is { } seconds ? Units.Duration(TimeSpan.FromSeconds(seconds)) : "not reached";

    private static string Points(double difference) =>
        $"{100 * difference:+0.0;-0.0;0.0} points";

    private static string Change(double? ours, double? theirs) => ours is { } a && theirs is { } b && b != 0
        ? $"{100 * (a - b) / b:+0;-0;0} %"
        : None;
}
