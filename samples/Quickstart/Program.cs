using Ftte.Samples.Shared;
using Quickstart;
using Spectre.Console;

return await QuickstartCommand.InvokeAsync(args, RunAsync, Console.Out, Console.Error);

static async Task RunAsync(QuickstartOptions options, CancellationToken cancellationToken)
{
    long begun = TimeProvider.System.GetTimestamp();
    ulong seed = (ulong)options.Seed;

    IAnsiConsole console = SampleConsole.Create();
    FederatedDigits digits = options.MnistFolder is { } folder
        ? FederatedDigits.FromMnist(folder, seed, options.Devices)
        : FederatedDigits.Draw(seed, options.Devices);
    DeviceSpec[] devices = DevicePopulation.Create(seed, [.. digits.Devices.Select(held => held.Count)]);
    Introduction.Write(console, digits, devices);

    ExperimentSettings settings = options.MnistFolder is null
        ? ExperimentSettings.Drawn(seed, options.Devices)
        : ExperimentSettings.Mnist(seed, options.Devices);
    ExperimentOutcome outcome = null!;
    await ProgressView.RunAsync(console, TimeProvider.System, async view =>
        outcome = await new Experiment(digits, devices, settings).RunAsync(view, cancellationToken));

    var result = new QuickstartResult(
        outcome.Ftte.Summarize(settings.Target),
        outcome.FedAvg.Summarize(settings.Target),
        outcome.BaseAccuracy,
        settings.Target,
        options.Seed,
        options.Devices,
        TimeProvider.System.GetElapsedTime(begun).TotalSeconds);
    ResultTable.Write(console, result);
    if (options.ChartFile is { } chart)
    {
        AccuracyChart.Save(chart, $"{options.Devices} devices learn to read digits; nine in ten are ten times slower", [outcome.Ftte.Run, outcome.FedAvg.Run], outcome.BaseAccuracy, settings.Target);
        console.WriteFileName(chart);
    }

    if (options.JsonFile is { } json)
    {
        ResultJson.Write(json, result);
        console.WriteFileName(json);
    }
}
