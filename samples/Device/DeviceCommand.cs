using System.CommandLine;
using Ftte.Samples.Shared;

namespace Device;

/// <summary>Defines the command line.</summary>
internal static class DeviceCommand
{
    private static readonly Option<Uri> Server = TypedOption.Create<Uri>(
        "--server", "URL", "The address of the coordinator.", new Uri("https://localhost:5443/ftte"), TryReadAddress, "specify an https address such as https://coordinator.example:5443/ftte");

    private static readonly Option<string?> Token = TypedOption.Path("--token", "TEXT", "The one-time token with which the device enrolls. Not needed again.");
    private static readonly Option<string?> Authority = TypedOption.Path("--authority", "HASH", "The fingerprint of the coordinator's authority, which comes with the token.");
    private static readonly Option<string?> Id = TypedOption.Path("--id", "NAME", "The ID that the device takes. By default one that follows from the token.");
    private static readonly Option<string?> Folder = TypedOption.Path("--folder", "DIR", "The folder of the device's key and certificate. By default the ID.");
    private static readonly Option<string> Model = TypedOption.Model("--model", "digits");
    private static readonly Option<string?> Data = TypedOption.Path("--data", "DIR", "The folder with MNIST, CIFAR-10 or the wearables data, depending on the network. By default, the examples are generated.");
    private static readonly Option<int> Examples = TypedOption.Whole("--examples", "The number of examples of this device.", 300, 1, 1_000_000);
    private static readonly Option<long> Memory = TypedOption.Size("--memory", "The memory for training.", DeviceData.MemoryBytes);
    private static readonly Option<int> Rounds = TypedOption.Whole("--rounds", "The number of accepted updates after which the device stops; 0 to run until Ctrl+C.", 0, 0, int.MaxValue);

    /// <summary>Reads the arguments and runs.</summary>
    public static Task<int> InvokeAsync(string[] args, Func<DeviceOptions, CancellationToken, Task<int>> run, TextWriter output, TextWriter error)
    {
        var command = new RootCommand("Trains a network on this device's own examples and sends only the changes of parameters to a coordinator.")
        {
            Server, Token, Authority, Id, Folder, Model, Data, Examples, Memory, Rounds,
        };
        return CommandRunner.InvokeAsync(command, Read, run, args, output, error);
    }

    private static DeviceOptions Read(ParseResult parsed)
    {
        var options = new DeviceOptions(
            parsed.GetRequiredValue(Server),
            parsed.GetValue(Token),
            parsed.GetValue(Authority),
            parsed.GetValue(Id),
            parsed.GetValue(Folder),
            parsed.GetRequiredValue(Model),
            parsed.GetValue(Data),
            parsed.GetValue(Examples),
            parsed.GetValue(Memory),
            parsed.GetValue(Rounds));
        InputPath.CheckFolder("--data", options.DataFolder, "specify the one with the data set of the network");
        return options;
    }

    private static bool TryReadAddress(string text, out Uri address)
    {
        bool isAddress = Uri.TryCreate(text, UriKind.Absolute, out Uri? read) && read.Scheme == Uri.UriSchemeHttps;
        address = isAddress ? read! : new Uri("https://localhost");
        return isAddress;
    }
}
