using System.Buffers.Binary;
using System.Text.Json;
using Quickstart;
using Spectre.Console;

namespace Ftte.Samples.Tests.Quickstart;

public sealed class ReportTests : IDisposable
{
    private static readonly QuickstartResult Result = new(
        new MethodResult(0.951, 420, 300_000, 300_000, 30_000_000, 60_000_000),
        new MethodResult(0.929, null, 1_500_000, 400_000, 120_000_000, 120_000_000),
        Base: 0.78,
        Target: 0.93,
        Seed: 3,
        Devices: 100,
        WallSeconds: 31.5);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_json_has_the_fields_that_were_promised()
    {
        ResultJson.Write(_folder.File("q.json"), Result);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder.File("q.json")));
        JsonElement root = json.RootElement;
        Assert.Equal(["ftte", "fedavg", "base", "target", "seed", "devices", "wallSeconds"], root.EnumerateObject().Select(p => p.Name));
        foreach (string method in new[] { "ftte", "fedavg" })
        {
            Assert.Equal(["accuracy", "timeToTarget", "deviceBytes", "plannedBytes", "bytesUp", "bytesDown"], root.GetProperty(method).EnumerateObject().Select(p => p.Name));
        }

        Assert.Equal(420, root.GetProperty("ftte").GetProperty("timeToTarget").GetDouble());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("fedavg").GetProperty("timeToTarget").ValueKind);
        Assert.Equal(0.951, root.GetProperty("ftte").GetProperty("accuracy").GetDouble());
        Assert.Equal(1_500_000, root.GetProperty("fedavg").GetProperty("deviceBytes").GetInt64());
        Assert.Equal(400_000, root.GetProperty("fedavg").GetProperty("plannedBytes").GetInt64());
    }

    [Fact]
    public void The_table_shows_both_methods_and_their_differences_in_plain_text()
    {
        string table = Write(Result with { FedAvg = Result.FedAvg with { TimeToTarget = 1400 } });
        Assert.DoesNotContain('\u001b', table);
        Assert.All(
            new[] { "78.0 %", "95.1 %", "92.9 %", "+2.2 points", "Virtual time to 93.0 %", "7 min 0 s", "23 min 20 s", "-70 %", "300 KB", "1.5 MB", "-80 %", "400 KB", "-25 %", "plan / eager", "plan / plan", "30.0 MB", "120 MB", "-75 %", "-50 %" },
            text => Assert.Contains(text, table, StringComparison.Ordinal));
        Assert.All(table.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public void A_target_that_was_not_reached_stays_in_the_table()
    {
        string table = Write(Result);
        Assert.Contains("not reached", table, StringComparison.Ordinal);
        Assert.Contains("Bytes are counted until 93.0 % is reached, else to the end of the run.", table, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, 3600)]
    [InlineData(1, 20)]
    [InlineData(0, 0)]
    public void The_chart_is_a_png_of_the_promised_size(int looks, double seconds)
    {
        var run = new RunRecorder("FTTE");
        for (int i = 0; i < looks; i++)
        {
            run.Add(new RunPoint(TimeSpan.FromSeconds(seconds * i / looks), i, 0.8, 0, 0));
        }

        AccuracyChart.Save(_folder.File("chart.png"), "A title", [run, new RunRecorder("FedAvg")], 0.78, 0.93);
        byte[] png = File.ReadAllBytes(_folder.File("chart.png"));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
        Assert.Equal(1200, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)));
        Assert.Equal(700, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.0 KB")]
    [InlineData(203_560, "204 KB")]
    [InlineData(999_960, "1.0 MB")]
    [InlineData(12_340_000, "12.3 MB")]
    [InlineData(99_960_000, "100 MB")]
    [InlineData(5_000_000_000_000_000, "5000 TB")]
    public void Bytes_are_written_as_people_read_them(long bytes, string text) => Assert.Equal(text, Units.Bytes(bytes));

    [Theory]
    [InlineData(0, "0.0 s")]
    [InlineData(3.14, "3.1 s")]
    [InlineData(9.97, "10 s")]
    [InlineData(59.7, "1 min 0 s")]
    [InlineData(250, "4 min 10 s")]
    [InlineData(3599.6, "1 h 0 min")]
    [InlineData(7500, "2 h 5 min")]
    public void Durations_are_written_as_people_read_them(double seconds, string text) => Assert.Equal(text, Units.Duration(TimeSpan.FromSeconds(seconds)));

    private static string Write(QuickstartResult result)
    {
        using var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.No });
        console.Profile.Width = 80;
        ResultTable.Write(console, result);
        return text.ToString();
    }
}
