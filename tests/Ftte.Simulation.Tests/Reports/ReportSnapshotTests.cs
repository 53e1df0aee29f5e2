using Ftte.Simulation.Reports;
using Snapshooter;
using Snapshooter.Xunit;

namespace Ftte.Simulation.Tests;

/// <summary>The text of reports and result files as a whole, in files next to this one.</summary>
public sealed class ReportSnapshotTests : IDisposable
{
    private static readonly SimulationResult[] Results = [Run("FedAvg", 1, complete: true), Run("FedAvg", 2, complete: true), Run("a|b, \"c\"", 1, complete: true), Run("stopped", 1, complete: false)];

    private readonly string _folder = Directory.CreateTempSubdirectory("ftte-report-").FullName;

    [Fact]
    public void The_page_of_a_report_is_as_reviewed()
    {
        string page = SimulationReport.Write(_folder, new ReportContent { Title = "A *title*", Results = Results, Devices = ToyTask.Devices(1), Notes = ["A note."] });

        Match("report.md", File.ReadAllText(page));
    }

    [Fact]
    public void Points_as_CSV_are_as_reviewed() => Match("points.csv", Text(writer => ResultFile.WritePointsCsv(writer, Results)));

    [Fact]
    public void Jobs_as_CSV_are_as_reviewed() => Match("jobs.csv", Text(writer => ResultFile.WriteJobsCsv(writer, Results)));

    [Fact]
    public void A_result_as_JSON_lines_is_as_reviewed() => Match("result.jsonl", Text(writer => ResultFile.WriteJsonLines(writer, Results[2])));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static SimulationResult Run(string rule, ulong seed, bool complete) => SampleResults.Run(rule, 60, 0.1, 0.25 + (0.01 * seed), 0.5, 0.5, 0.5).WithAges(0, 2) with
    {
        Seed = seed,
        IsComplete = complete,
        Ending = complete ? SimulationEnding.MaxTimeReached : SimulationEnding.Cancelled,
        Target = 0.4,
        Totals = new SimulationTotals { Trips = 2, Accepted = 2, BytesUp = 1_234_567, BytesDown = 2_345_678, MultiplyAdds = 1000, WastedMultiplyAdds = 250, PeakDeviceBytes = 123_456 },
    };

    private static string Text(Action<TextWriter> write)
    {
        using var writer = new StringWriter();
        write(writer);
        return writer.ToString();
    }

    private static void Match(string name, string text) => Snapshot.Match(text, new SnapshotFullName(name, Folder()));

    /// <summary>Finds the folder of this file in the checkout, which the compiler does not record in deterministic builds.</summary>
    private static string Folder()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Ftte.sln")))
        {
            root = Path.GetDirectoryName(root);
        }

        return Path.Combine(root!, "tests", "Ftte.Simulation.Tests", "Reports");
    }
}
