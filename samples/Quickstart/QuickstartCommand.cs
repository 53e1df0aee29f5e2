using System.CommandLine;
using Ftte.Samples.Shared;

namespace Quickstart;

/// <summary>Defines the command line.</summary>
internal static class QuickstartCommand
{
    private const string About =
        """
        Trains a digit classifier across simulated watches, nine in ten of them ten times slower, twice: with synchronous FedAvg, and with FTTE, which never waits and trains only
        the parameters that fit the weakest device. Takes less than a minute on two cores; needs no files and no network.

          dotnet run -c Release --project samples/Quickstart -- --chart quickstart.png
        """;

    /// <summary>Reads the arguments, checks them and runs.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="run">The work; Ctrl+C cancels its token.</param>
    /// <param name="output">Receives the help.</param>
    /// <param name="error">Receives one line about invalid input or a canceled run.</param>
    /// <returns>The exit code.</returns>
    public static Task<int> InvokeAsync(string[] args, Func<QuickstartOptions, CancellationToken, Task> run, TextWriter output, TextWriter error)
    {
        Option<string?> mnist = TypedOption.Path(
            "--mnist", "DIR", "Use MNIST instead of synthetic digits: the folder with its four files, plain or as .gz. Nothing is downloaded; takes a few minutes.");
        Option<int> seed = TypedOption.Whole("--seed", "The seed of every random choice; the same seed gives the same run.", 1, 0, int.MaxValue);
        Option<int> devices = TypedOption.Whole("--devices", "The number of devices, 10 to 10000.", 100, 10, 10_000);
        Option<float> step = TypedOption.Real(
            "--server-step", "The server's learning rate for both methods; 0 for the one that is tuned for 100 devices.", 0, value => value >= 0, "specify a number of at least 0");
        Option<string?> json = TypedOption.Path("--json", "FILE", "Write the figures to this file, as JSON.");
        Option<string?> chart = TypedOption.Path("--chart", "FILE.png", "Draw accuracy over virtual time to this file.");
        var command = new RootCommand(About) { mnist, seed, devices, step, json, chart };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new QuickstartOptions(
                parsed.GetValue(mnist),
                parsed.GetValue(seed),
                parsed.GetValue(devices),
                parsed.GetValue(step) is > 0 and float given ? given : null,
                parsed.GetValue(json),
                parsed.GetValue(chart));
            if (options.MnistFolder is { } folder && !Directory.Exists(folder))
            {
                throw new InputException($"--mnist '{folder}': the folder does not exist; specify the folder with MNIST's four files.");
            }

            OutputFile.CheckAll(("--json", options.JsonFile, ""), ("--chart", options.ChartFile, ".png"));
            try
            {
                await run(options, cancellationToken);
                return ExitCode.Done;
            }
            catch (OperationCanceledException)
            {
                await error.WriteLineAsync("Canceled; nothing was written.");
                return ExitCode.Cancelled;
            }
        });
        return CommandRunner.InvokeAsync(command, args, output, error);
    }
}
