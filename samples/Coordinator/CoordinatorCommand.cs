using System.CommandLine;
using Ftte.Samples.Shared;

namespace Coordinator;

/// <summary>Defines the command line.</summary>
internal static class CoordinatorCommand
{
    private const int MaxPort = 65_535, DefaultPort = 5443;

    private static readonly Option<string> Folder = new("--folder") { HelpName = "DIR", Description = "The folder of the keys, the list of devices and the state of training. A restart continues from it.", DefaultValueFactory = _ => "coordinator" };
    private static readonly Option<string> Host = new("--host") { HelpName = "NAME", Description = "The host name or IP address under which devices reach this coordinator.", DefaultValueFactory = _ => "localhost" };
    private static readonly Option<int> Port = TypedOption.Whole("--port", "The port; 0 for a free one.", DefaultPort, 0, MaxPort);
    private static readonly Option<string> Model = TypedOption.Model("--model", "digits");
    private static readonly Option<long> Memory = TypedOption.Size("--memory", "The memory that each device has for training. The parameters to train are selected for it, and again for what the devices report; a device with less gets no work until a later selection fits it. A run that continues keeps its selection. The default is doubled until the network can be trained.", DeviceData.MemoryBytes);
    private static readonly Option<int> Capacity = TypedOption.Whole("--capacity", "The number of updates that make a version.", 2, 1, 10_000);
    private static readonly Option<int> Devices = TypedOption.Whole("--devices", "The number of devices to print a command line for. Each has a token, which is valid for one hour and for one device.", 1, 0, 1000);
    private static readonly Option<int> Evaluate = TypedOption.Whole("--evaluate", "The number of devices that evaluate every fifth version on examples that they hold back; 0 to evaluate on generated examples here.", 0, 0, 10_000);
    private static readonly Option<int> Versions = TypedOption.Whole("--versions", "The version after which the coordinator stops; 0 to run until Ctrl+C.", 0, 0, int.MaxValue);

    private static readonly Option<string?> Database = TypedOption.Path("--database", "CONNECTION", "Keep the state of training in this PostgreSQL database, such as 'Host=localhost;Database=ftte;Username=ftte', instead of a file in the folder.");
    private static readonly Option<bool> Migrate = TypedOption.Flag("--migrate", "Copy the state of training from the file of a stopped coordinator to --database, compare both, and end.");

    /// <summary>Reads the arguments and runs.</summary>
    public static Task<int> InvokeAsync(string[] args, Func<CoordinatorOptions, CancellationToken, Task<int>> run, TextWriter output, TextWriter error)
    {
        var command = new RootCommand("Coordinates devices that train a network over HTTPS. Prints a command line that starts a device.") { Folder, Host, Port, Model, Memory, Capacity, Devices, Evaluate, Versions, Database, Migrate };
        return CommandRunner.InvokeAsync(
            command,
            Read,
            run,
            args,
            output,
            error);
    }

    private static CoordinatorOptions Read(ParseResult parsed)
    {
        var options = new CoordinatorOptions(
            parsed.GetRequiredValue(Folder), parsed.GetRequiredValue(Host), parsed.GetValue(Port), parsed.GetRequiredValue(Model), parsed.GetValue(Memory), parsed.GetResult(Memory) is not { Implicit: false }, parsed.GetValue(Capacity), parsed.GetValue(Devices), parsed.GetValue(Evaluate), parsed.GetValue(Versions), parsed.GetValue(Database), parsed.GetValue(Migrate));
        if (options.Migrate)
        {
            _ = options.Database ?? throw new InputException("--migrate needs --database, the database to copy to.");
            InputPath.CheckFile("--folder", options.File, "specify the folder of a coordinator that was started before");
        }

        return options;
    }
}
