using System.CommandLine;
using Ftte.Samples.Shared;

namespace Cluster;

/// <summary>Defines the command line.</summary>
internal static class ClusterCommand
{
    private const int MaxPort = 65_000, DefaultPort = 5480, MaxSilos = 16;

    private static readonly Option<string> Folder = new("--folder") { HelpName = "DIR", Description = "The folder of the database and the logs. Another start continues from it.", DefaultValueFactory = _ => "cluster" };
    private static readonly Option<int> Silos = TypedOption.Whole("--silos", "The number of silo processes.", 3, 1, MaxSilos);
    private static readonly Option<int> Devices = TypedOption.Whole("--devices", "The number of devices, which train in this process. A version needs an update of each of eight devices.", 16, Training.Capacity, 10_000);
    private static readonly Option<int> Port = TypedOption.Whole("--port", "The port of the first silo on the loopback interface. The other silos, the links between silos and the database use the ports after it.", DefaultPort, 1024, MaxPort);
    private static readonly Option<int> Versions = TypedOption.Whole("--versions", "The version after which the cluster stops; 0 to run until Ctrl+C.", 0, 0, int.MaxValue);
    private static readonly Option<int> Kill = TypedOption.Whole("--kill", "Kill this silo of the cluster that runs in the folder, with SIGKILL. The cluster starts it again after ten seconds.", 0, 0, MaxSilos);

    /// <summary>Reads the arguments and runs.</summary>
    public static Task<int> InvokeAsync(string[] args, Func<ClusterOptions, CancellationToken, Task<int>> run, TextWriter output, TextWriter error)
    {
        var command = new RootCommand("Runs a cluster on this machine: a PostgreSQL server, silo processes, and devices that train. Needs the programs of PostgreSQL.") { Folder, Silos, Devices, Port, Versions, Kill };
        return CommandRunner.InvokeAsync(
            command,
            parsed => new ClusterOptions(parsed.GetRequiredValue(Folder), parsed.GetValue(Silos), parsed.GetValue(Devices), parsed.GetValue(Port), parsed.GetValue(Versions), parsed.GetValue(Kill)),
            run,
            args,
            output,
            error);
    }
}
