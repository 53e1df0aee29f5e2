using System.Collections.Immutable;
using Ftte.Samples.Shared;
using Ftte.Simulation;
using Ftte.Simulation.Reports;
using Spectre.Console;
using Wearables.Learning;

namespace Wearables.Report;

/// <summary>Writes the tables, charts and files that the options name.</summary>
internal static class WearableReport
{
    /// <summary>The policy of the chart.</summary>
    private const string Charted = "Ditto";

    private const string Source = "data: Matey-Sanz, Casteleyn and Granell, 2023";

    /// <summary>Writes everything.</summary>
    /// <param name="options">The options.</param>
    /// <param name="console">The console.</param>
    /// <param name="results">The results.</param>
    public static void Write(WearablesOptions options, IAnsiConsole console, IReadOnlyList<MethodResult> results)
    {
        ResultOutput.Write(options, console, WearableTables.Create(results), results.Select(result => result.ToJson()));
        if (options.ChartFile is { } chartFile)
        {
            Chart(options, console, results, Charted, chartFile);
        }

        if (options.ReportFolder is { } folder)
        {
            foreach (Method method in Method.All.Where(method => method.IsPersonal || method.Training is Training.Local or Training.FedAvg))
            {
                Chart(options, console, results, method.Name, Path.Combine(folder, $"{method.Name.ToLowerInvariant()}.png"));
            }
        }
    }

    /// <summary>Writes the report of the federations in the first fold.</summary>
    /// <param name="options">The options.</param>
    /// <param name="console">The console.</param>
    /// <param name="kind">The kind of device.</param>
    /// <param name="runs">The federations.</param>
    /// <param name="devices">Their devices.</param>
    public static void WriteFederations(WearablesOptions options, IAnsiConsole console, string kind, IReadOnlyList<SimulationResult> runs, ImmutableArray<SimulatedDevice> devices)
    {
        if (options.ReportFolder is { } folder && runs.Count > 0)
        {
            console.WriteFileName(SimulationReport.Write(Path.Combine(folder, kind), new ReportContent { Title = $"Wearables, {kind}, fold 1", Results = runs, Devices = devices }));
        }
    }

    private static void Chart(WearablesOptions options, IAnsiConsole console, IReadOnlyList<MethodResult> results, string method, string file)
    {
        // A method without personal models does not use labels of newcomers.
        int? labeled = Method.All.Any(known => known.Name == method && known.Training == Training.FedAvg) ? 0 : 1;
        string recordings = labeled == 0 ? "" : ", one labeled recording";
        (string Kind, bool IsNewcomer, string Title)[] groups =
        [
            (WearableTables.Phone, true, $"newcomers' phones{recordings}"),
            (WearableTables.Watch, true, $"newcomers' watches{recordings}"),
            (WearableTables.Phone, false, "participants' phones"),
            (WearableTables.Watch, false, "participants' watches"),
        ];
        DeviceAccuracy[] accuracies = [.. groups.SelectMany(group =>
        {
            ScoreGroup before = ScoreGroup.Of(results, Method.Shared, group.Kind, group.IsNewcomer), after = ScoreGroup.Of(results, method, group.Kind, group.IsNewcomer, labeled);
            return before.Accuracy.Values.Where(person => after.Accuracy.Values.ContainsKey(person.Key)).Select(person => new DeviceAccuracy(group.Title, $"{person.Key}", person.Value, after.Accuracy.Values[person.Key]));
        })];
        if (accuracies.Length > 0)
        {
            SimulationReport.WriteBeforeAfterChart(file, options.DataFolder is null ? "person" : $"person ({Source})", "shared model", method, accuracies);
            console.WriteFileName(file);
        }
    }
}
