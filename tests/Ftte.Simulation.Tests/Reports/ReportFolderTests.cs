using Ftte.Simulation.Reports;
using Ftte.Simulation.Reports.Pages;

namespace Ftte.Simulation.Tests;

/// <summary>A report that fails or was interrupted leaves a finished one alone.</summary>
public sealed class ReportFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ftte-report-").FullName;

    [Fact]
    public void A_report_with_a_stopped_run_goes_next_to_a_finished_one()
    {
        string finished = SimulationReport.Write(_folder, Content(isComplete: true));
        byte[] before = File.ReadAllBytes(finished);

        string partial = SimulationReport.Write(_folder, Content(isComplete: false));

        Assert.Equal(Path.Combine(_folder, "report.md"), finished);
        Assert.Equal(Path.Combine(_folder, "partial", "report.md"), partial);
        Assert.Equal(before, File.ReadAllBytes(finished));
        Assert.Contains("stopped before their end", File.ReadAllText(partial), StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_replaces_one_with_a_stopped_run()
    {
        SimulationReport.Write(_folder, Content(isComplete: false));

        string page = SimulationReport.Write(_folder, Content(isComplete: true));

        Assert.Equal(Path.Combine(_folder, "report.md"), page);
        Assert.DoesNotContain("stopped before their end", File.ReadAllText(page), StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(_folder));
    }

    [Fact]
    public void Files_that_fail_to_be_written_leave_the_earlier_ones_and_nothing_else()
    {
        File.WriteAllText(Path.Combine(_folder, "report.md"), "finished");

        Assert.Throws<IOException>(() => ReportFolder.Replace(_folder, "report.md", staging =>
        {
            File.WriteAllText(Path.Combine(staging, "report.md"), "half");
            throw new IOException();
        }));

        Assert.Equal([Path.Combine(_folder, "report.md")], Directory.GetFileSystemEntries(_folder));
        Assert.Equal("finished", File.ReadAllText(Path.Combine(_folder, "report.md")));
    }

    [Fact]
    public void A_folder_that_was_created_for_files_that_fail_is_deleted()
    {
        string folder = Path.Combine(_folder, "new");

        Assert.Throws<IOException>(() => ReportFolder.Replace(folder, "report.md", _ => throw new IOException()));

        Assert.False(Directory.Exists(folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ReportContent Content(bool isComplete) => new()
    {
        Title = "T",
        Results = [SampleResults.Run("a", 1, 0.1, 0.5) with { IsComplete = isComplete }],
        Devices = ToyTask.Devices(1),
    };
}
