using System.Collections.Immutable;
using System.Globalization;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.Simulation;
using Ftte.Simulation.Reports;
using Spectre.Console;

namespace Quickstart;

/// <summary>Represents one run of the command: creates the digits and the devices, runs the comparison, and shows the results.</summary>
/// <param name="options">The settings of the command.</param>
/// <param name="console">The console.</param>
/// <param name="time">The clock of the progress display.</param>
internal sealed class Session(QuickstartOptions options, IAnsiConsole console, TimeProvider time)
{
    private const double SlowShare = 0.9, SlowFactor = 10;

    /// <summary>A watch that allots a tenth of its core and at least 128 KiB of its memory to training.</summary>
    private static readonly DeviceKind Watch = DeviceKind.Watch with { MultiplyAddsPerSecond = 30e6, MinMemoryBytes = 128 << 10 };

    /// <summary>Returns the devices: watches, nine in ten of them ten times slower.</summary>
    public static ImmutableArray<SimulatedDevice> CreateDevices(int count, ulong seed) =>
        DevicePopulation.WithStragglers(DevicePopulation.Of(Watch, count, seed), SlowShare, SlowFactor, seed);

    /// <summary>Runs the command.</summary>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <exception cref="OperationCanceledException">The run was canceled; nothing was written.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        ulong seed = (ulong)options.Seed;
        DigitData data = options.MnistFolder is { } folder ? DigitData.ReadMnist(folder, options.Devices, seed) : DigitData.Synthesize(options.Devices, seed);
        ExperimentSettings settings = options.MnistFolder is null ? ExperimentSettings.Synthetic(seed) : ExperimentSettings.Mnist(seed);
        settings = settings with { ServerStep = options.ServerStep ?? settings.ServerStep };
        ImmutableArray<SimulatedDevice> devices = CreateDevices(options.Devices, seed);
        var experiment = new Experiment(data, devices, settings);
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{devices.Length} watches, {devices.Count(device => device.IsStraggler)} of them {SlowFactor} times slower; each holds {data.Devices.Min(own => own.Count)} to {data.Devices.Max(own => own.Count)} digits."));

        ImmutableArray<SimulationResult> results = [];
        await WorkProgress.RunAsync(console, time, "Training", async progress => results = await experiment.RunAsync(progress.Report, cancellationToken));
        Write(results, experiment);
    }

    private void Write(ImmutableArray<SimulationResult> results, Experiment experiment)
    {
        ComparisonTable comparison = ComparisonTable.Of(results);
        var table = new AdaptiveTable();
        foreach (string column in comparison.Columns)
        {
            table.AddColumn(column, isNumber: column.Length > 0);
        }

        foreach (ImmutableArray<string> row in comparison.Rows)
        {
            table.AddRow([.. row]);
        }

        table.Write(console);
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Memory: FTTE trains by a plan. FedAvg is counted without one, as in usual frameworks; with one, it would take {experiment.WholePlan.PeakBytes / 1e3:0} KB."));
        if (options.ChartFile is { } chart)
        {
            string digits = options.MnistFolder is null ? "synthetic digits" : "MNIST";
            SimulationReport.WriteAccuracyChart(chart, $"{options.Devices} watches learn to read {digits}; nine in ten are ten times slower", results);
            console.WriteFileName(chart);
        }

        if (options.JsonFile is { } json)
        {
            AtomicFile.WriteText(json, writer => ResultFile.WriteSummaryJson(writer, results));
            console.WriteFileName(json);
        }
    }
}
