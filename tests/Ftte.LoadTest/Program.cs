using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Ftte.Benchmarks;
using Ftte.LoadTest;
using Ftte.Orleans;
using Ftte.Samples.Shared;
using Ftte.Wire;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int DefaultShards = 8;
const string Usage = """
    Loads a coordinator or a cluster in processes of their own, over TLS on the loopback interface, and counts the updates that were acknowledged and stored.

    Usage:
      Ftte.LoadTest [--devices N] [--seconds N] [--calls N] [--capacity K] [--download float32|int8|none] [--tls on|off]
                    [--silos N [--shards N] [--registered N] | --store sqlite|postgresql] [--json FILE]
      Ftte.LoadTest --latency ROUNDS [--json FILE]

    Options:
      --devices N     the number of devices; 1000 by default
      --seconds N     the duration; 30 by default. Ctrl+C ends it earlier
      --calls N       the number of calls in progress at the same time, at most one for two devices; 128 by default
      --capacity K    the number of updates that make a version; 64 by default, at most the number of devices
      --download F    the format of downloaded parameters, or none; int8 by default
      --tls off       plain HTTP/2, to see what TLS costs
      --silos N       a cluster of N silos with PostgreSQL instead of a single coordinator
      --shards N      the number of shards of the cluster; 8 by default
      --registered N  further clients that the cluster knows from the start; 0 by default
      --store S       the store of a single coordinator; sqlite by default
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
        "--serve" => await ServeAsync(Arguments.Parse(args, "--serve", "--parameters", "--devices", "--capacity", "--download", "--tls", "--database", "--silo-port", "--shards")),
        "--latency" => await MeasureLatencyAsync(Arguments.Parse(args, "--latency", "--json"), stop.Token),
        _ => await LoadAsync(Arguments.Parse(args, "--devices", "--seconds", "--calls", "--capacity", "--download", "--tls", "--silos", "--shards", "--registered", "--store", "--json"), stop.Token),
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
    new ServerOptions(
        arguments.Text("--serve")!,
        arguments.Text("--database"),
        arguments.Text("--silo-port") is null ? null : arguments.Number("--silo-port", 1, 1, ushort.MaxValue),
        arguments.Number("--shards", DefaultShards, 1, FtteClusterOptions.MaxShards)),
    new Workload(arguments.Number("--parameters", 1, 1, int.MaxValue), arguments.Number("--devices", 1, 1, int.MaxValue), arguments.Number("--capacity", 1, 1, int.MaxValue), ReadFormat(arguments), ReadTls(arguments)));

static async Task<int> MeasureLatencyAsync(Arguments arguments, CancellationToken cancellationToken)
{
    int rounds = arguments.Number("--latency", 1, 1, 1_000_000);
    var workload = new Workload(Parameters: 6, Devices: 2, Capacity: 2, ValueFormat.Float32, UseTls: true);
    await using Deployment servers = await Deployment.StartAsync(new Topology(Silos: 0, DefaultShards, UsesPostgreSql: false, Registered: 0), workload);
    LatencyResult result = await new LatencyRun(workload, servers, TimeProvider.System, Console.Error).RunAsync(rounds, cancellationToken);
    Report(arguments, result);
    return ExitCode.Done;
}

static async Task<int> LoadAsync(Arguments arguments, CancellationToken cancellationToken)
{
    const int Coordinates = 20_000, DefaultCapacity = 64;
    int devices = arguments.Number("--devices", 1000, 2, 999_999);
    var options = new LoadOptions(
        devices, Math.Min(devices / 2, arguments.Number("--calls", 128, 1, 4096)), TimeSpan.FromSeconds(arguments.Number("--seconds", 30, 1, 86_400)), arguments.Text("--download") != "none");
    var workload = new Workload(Coordinates, devices, Math.Min(arguments.Number("--capacity", DefaultCapacity, 1, 100_000), devices), ReadFormat(arguments), ReadTls(arguments));
    var topology = new Topology(
        arguments.Number("--silos", 0, 1, 64),
        arguments.Number("--shards", DefaultShards, 1, FtteClusterOptions.MaxShards),
        arguments.Names("--store", ["sqlite"], ["sqlite", "postgresql"])[0] == "postgresql",
        arguments.Number("--registered", 0, 1, 100_000_000));
    if (topology is { Silos: 0, Registered: > 0 })
    {
        throw new InputException("--registered needs a cluster. Specify --silos.");
    }

    await using Deployment servers = await Deployment.StartAsync(topology, workload);
    LoadResult result = await new LoadRun(options, workload, servers, TimeProvider.System, Console.Error).RunAsync(cancellationToken);
    Report(arguments, result);
    foreach (string remark in result.Remarks)
    {
        Console.Error.WriteLine(remark);
    }

    Console.Error.WriteLine($"{result.UpdatesAccepted:N0} updates were acknowledged, and {result.UpdatesStored:N0} are in the store of the killed servers.");
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
