using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Ftte.Benchmarks;
using Ftte.LoadTest;
using Ftte.Samples.Shared;
using Ftte.Wire;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const string Usage = """
    Loads a coordinator in a process of its own, over TLS on the loopback interface, and counts the updates that it acknowledged and stored.

    Usage:
      Ftte.LoadTest [--devices N] [--seconds N] [--calls N] [--download float32|int8|none] [--tls on|off] [--json FILE]
      Ftte.LoadTest --latency ROUNDS [--json FILE]

    Options:
      --devices N     the number of devices; 1000 by default
      --seconds N     the duration; 30 by default. Ctrl+C ends it earlier
      --calls N       the number of calls in progress at the same time, at most one for two devices; 128 by default
      --download F    the format of downloaded parameters, or none; int8 by default
      --tls off       plain HTTP/2, to see what TLS costs
      --latency N     measures N rounds of two devices without training instead
      --json FILE     the file for the result
    """;
try
{
    if (args.Any(word => word is "--help" or "-h" or "-?"))
    {
        Console.WriteLine(Usage);
        return ExitCode.Done;
    }

    using var stop = new CancellationTokenSource();
    using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
    {
        signal.Cancel = true;
        stop.Cancel();
    });
    return args.FirstOrDefault() switch
    {
        "--serve" => await ServeAsync(Arguments.Parse(args, "--serve", "--parameters", "--devices", "--capacity", "--download", "--tls")),
        "--latency" => await MeasureLatencyAsync(Arguments.Parse(args, "--latency", "--json"), stop.Token),
        _ => await LoadAsync(Arguments.Parse(args, "--devices", "--seconds", "--calls", "--download", "--tls", "--json"), stop.Token),
    };
}
catch (InputException refused)
{
    Console.Error.WriteLine($"{refused.Message} (--help shows every option.)");
    return ExitCode.BadInput;
}
catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(refused.Message.ReplaceLineEndings(" "));
    return ExitCode.BadInput;
}

static Task<int> ServeAsync(Arguments arguments) => Coordinator.RunAsync(
    arguments.Text("--serve")!,
    new Workload(arguments.Number("--parameters", 1, 1, int.MaxValue), arguments.Number("--devices", 1, 1, int.MaxValue), arguments.Number("--capacity", 1, 1, int.MaxValue), ReadFormat(arguments), ReadTls(arguments)));

static async Task<int> MeasureLatencyAsync(Arguments arguments, CancellationToken cancellationToken)
{
    int rounds = arguments.Number("--latency", 1, 1, 1_000_000);
    var workload = new Workload(Parameters: 6, Devices: 2, Capacity: 2, ValueFormat.Float32, UseTls: true);
    await using CoordinatorProcess coordinator = await CoordinatorProcess.StartAsync(workload);
    LatencyResult result = await new LatencyRun(workload, coordinator, TimeProvider.System, Console.Error).RunAsync(rounds, cancellationToken);
    Report(arguments, result);
    return ExitCode.Done;
}

static async Task<int> LoadAsync(Arguments arguments, CancellationToken cancellationToken)
{
    const int Coordinates = 20_000, MaxCapacity = 64;
    int devices = arguments.Number("--devices", 1000, 2, 999_999);
    var options = new LoadOptions(
        devices, Math.Min(devices / 2, arguments.Number("--calls", 128, 1, 4096)), TimeSpan.FromSeconds(arguments.Number("--seconds", 30, 1, 86_400)), arguments.Text("--download") != "none");
    var workload = new Workload(Coordinates, devices, Math.Min(MaxCapacity, devices), ReadFormat(arguments), ReadTls(arguments));
    await using CoordinatorProcess coordinator = await CoordinatorProcess.StartAsync(workload);
    LoadResult result = await new LoadRun(options, workload, coordinator, TimeProvider.System, Console.Error).RunAsync(cancellationToken);
    Report(arguments, result);
    foreach (string remark in result.Remarks)
    {
        Console.Error.WriteLine(remark);
    }

    Console.Error.WriteLine($"{result.UpdatesAccepted:N0} updates were acknowledged, and {result.UpdatesStored:N0} are in the store of the killed coordinator.");
    return result.UpdatesLost == 0 ? ExitCode.Done : 1;
}

static ValueFormat ReadFormat(Arguments arguments) => arguments.Names("--download", ["int8"], ["float32", "int8", "none", nameof(ValueFormat.Float32), nameof(ValueFormat.Int8)])[0] switch
{
    "float32" or nameof(ValueFormat.Float32) => ValueFormat.Float32,
    _ => ValueFormat.Int8,
};

static bool ReadTls(Arguments arguments) => arguments.Names("--tls", ["on"], ["on", "off"])[0] == "on";

static void Report(Arguments arguments, object result)
{
    string json = JsonSerializer.Serialize(result, JsonSerializerOptions.Web);
    Console.WriteLine(json);
    arguments.Save(json);
}
