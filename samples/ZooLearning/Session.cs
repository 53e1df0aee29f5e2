using System.Text.Json;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using Spectre.Console;
using ZooLearning.Data;
using ZooLearning.Learning;
using ZooLearning.Report;

namespace ZooLearning;

/// <summary>Represents one run of the command.</summary>
/// <param name="options">The settings.</param>
/// <param name="console">The console.</param>
/// <param name="time">The clock of the progress display.</param>
internal sealed class Session(ZooOptions options, IAnsiConsole console, TimeProvider time)
{
    /// <summary>Runs the command.</summary>
    /// <param name="cancellationToken">Stops; finished rows stay in the resume file.</param>
    /// <returns>The exit code: 0 if every network learns, 1 if one does not.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        List<ZooRow> kept = Read(), rows = [];
        string[] names = options.Networks.IsEmpty ? [.. options.IsSmall ? ZooEntry.SmallNames.AsEnumerable() : NetworkZoo.Names.OrderBy(ZooEntry.CostOf)] : [.. options.Networks];
        try
        {
            foreach (string name in names)
            {
                for (ulong seed = options.Seed; seed < options.Seed + (ulong)options.Seeds; seed++)
                {
                    await RunAsync(name, seed, kept, rows, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (options.ResumeFile is not null)
        {
            console.WriteText("Stopped; the next call with the same --resume continues with the rows that are missing.");
            return ExitCode.Cancelled;
        }

        if (options.TableFile is { } file)
        {
            AtomicFile.WriteAllText(file, ZooTable.ToMarkdown(rows));
            console.WriteFileName(file);
        }

        ZooRow[] failed = [.. rows.Where(row => !row.Learns)];
        console.WriteText(failed.Length == 0 ? "Every network learns." : $"Does not learn: {string.Join("; ", failed.Select(row => $"{row.Network}, {row.Start}, {row.Trains}, seed {row.Seed}"))}.");
        return failed.Length == 0 ? ExitCode.Done : ExitCode.DoesNotLearn;
    }

    private async Task RunAsync(string name, ulong seed, List<ZooRow> kept, List<ZooRow> rows, CancellationToken cancellationToken)
    {
        ZooEntry entry = ZooEntry.Of(name, options.IsSmall, options.Normalization);
        entry = entry with { Versions = options.Versions ?? entry.Versions };
        var trial = new Trial(entry, ZooData.Open(options.DataFolder, entry, seed), options, seed);
        float[]? trained = null;
        foreach ((string start, string trains) in new[] { (ZooRow.Random, ZooRow.All), (ZooRow.Base, ZooRow.All), (ZooRow.Base, ZooRow.Subset) })
        {
            ZooRow? row = kept.Find(old => old.Network == entry.Name && old.Seed == seed && old.Start == start && old.Trains == trains && old.Settings == trial.Settings);
            if (row is null)
            {
                row = trains == ZooRow.Subset ? trial.Repeat(rows[^1], cancellationToken) : null;
                if (row is null)
                {
                    float[] parameters = start == ZooRow.Random ? entry.Network.Initialize(seed) : trained ??= trial.TrainBase(cancellationToken);
                    row = await SimulationTrack.RunAsync(
                        console, time, $"{entry.Name}, seed {seed}, {start}", report => trial.RunAsync(parameters, start, trains == ZooRow.Subset, report, cancellationToken));
                }

                Keep(row);
            }

            rows.Add(row);
            console.WriteText(ZooTable.ToText(row));
        }
    }

    private List<ZooRow> Read() =>
        options.ResumeFile is { } file && File.Exists(file) ? [.. File.ReadLines(file).Where(line => line.Length > 0).Select(line => JsonSerializer.Deserialize<ZooRow>(line)!)] : [];

    private void Keep(ZooRow row)
    {
        if (options.ResumeFile is { } file)
        {
            File.AppendAllText(file, JsonSerializer.Serialize(row) + "\n");
        }
    }
}
