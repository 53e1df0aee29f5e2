using Quickstart;
using Spectre.Console;

return await QuickstartCommand.InvokeAsync(args, RunAsync, Console.Out, Console.Error);

static Task RunAsync(QuickstartOptions options, CancellationToken cancellationToken)
{
    ulong seed = (ulong)options.Seed;

    // Some build servers are taken for terminals; a file or a pipe never gets colours or moving bars.
    AnsiSupport colours = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect;
    IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = colours });

    FederatedDigits digits = options.MnistFolder is { } folder
        ? FederatedDigits.FromMnist(folder, seed, options.Devices)
        : FederatedDigits.Draw(seed, options.Devices);
    DeviceSpec[] devices = DevicePopulation.Create(seed, [.. digits.Devices.Select(held => held.Count)]);
    Introduction.Write(console, digits, devices);
    return Task.CompletedTask;
}
