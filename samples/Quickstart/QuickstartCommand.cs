using System.CommandLine;
using Ftte.Samples.Shared;

namespace Quickstart;

/// <summary>The command line: its options, its help, and exit code 2 with one line for whatever cannot be used.</summary>
internal static class QuickstartCommand
{
    public const int FewestDevices = 10;
    public const int MostDevices = 10_000;

    private const int BadInput = 2;
    private const int Cancelled = 130; // what shells call a program that Ctrl+C ended

    /// <summary>Reads the arguments, checks them and runs.</summary>
    /// <param name="args">The arguments as typed.</param>
    /// <param name="run">The work; Ctrl+C cancels its token.</param>
    /// <param name="output">Where help goes.</param>
    /// <param name="error">Where the one line about bad input goes.</param>
    /// <returns>The exit code: 0, 2 for bad input, 130 when cancelled.</returns>
    public static async Task<int> InvokeAsync(
        string[] args, Func<QuickstartOptions, CancellationToken, Task> run, TextWriter output, TextWriter error)
    {
        var mnist = new Option<string?>("--mnist")
        {
            HelpName = "DIR",
            Description = "Use MNIST instead of drawn digits: the folder with its four files (train-images-idx3-ubyte, train-labels-idx1-ubyte, "
                + "t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte; .gz is fine). Nothing is downloaded; it takes a few minutes.",
        };
        Option<int> seed = WholeNumber("--seed", 1, 0, int.MaxValue,
            "What every random choice is made from: the same seed gives the same run.");
        Option<int> devices = WholeNumber("--devices", 100, FewestDevices, MostDevices,
            "How many devices take part, 10 to 10000; nine in ten of them are ten times slower.");
        var json = new Option<string?>("--json") { HelpName = "FILE", Description = "Also write the figures of the table to this file, as JSON." };
        var chart = new Option<string?>("--chart") { HelpName = "FILE", Description = "Draw accuracy over virtual time to this file, as PNG." };

        var command = new RootCommand(
            "Trains a digit classifier across simulated phones, watches and sensors, most of them slow, twice: with FTTE, which waits for nobody and "
            + "trains only what fits the smallest memory, and with synchronous FedAvg. Takes less than a minute; needs no files and no network.")
        {
            mnist,
            seed,
            devices,
            json,
            chart,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var options = new QuickstartOptions(
                parsed.GetValue(mnist), parsed.GetValue(seed), parsed.GetValue(devices), parsed.GetValue(json), parsed.GetValue(chart));
            Check(options);
            return run(options, cancellationToken);
        });

        try
        {
            return await CommandRunner.InvokeAsync(command, args, output, error);
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("Cancelled; nothing was written.");
            return Cancelled;
        }
        catch (InputException bad)
        {
            await error.WriteLineAsync(bad.Message);
            return BadInput;
        }
    }

    /// <summary>Finds out now what would otherwise fail after the long work.</summary>
    private static void Check(QuickstartOptions options)
    {
        if (options.MnistFolder is { } folder && !Directory.Exists(folder))
        {
            throw new InputException($"--mnist: there is no folder '{folder}'; give the one that holds MNIST's four files.");
        }

        if (options.ChartFile is { } chart)
        {
            OutputFile.CheckWritable("--chart", chart, ".png");
        }

        if (options.JsonFile is { } json)
        {
            OutputFile.CheckWritable("--json", json);
            if (options.ChartFile is { } picture && Path.GetFullPath(json) == Path.GetFullPath(picture))
            {
                throw new InputException($"--json and --chart both name '{json}'; give each a file of its own.");
            }
        }
    }

    private static Option<int> WholeNumber(string name, int standard, int lowest, int highest, string description) => new(name)
    {
        HelpName = "N",
        Description = description,
        DefaultValueFactory = _ => standard,
        CustomParser = argument =>
        {
            string text = argument.Tokens.Count == 1 ? argument.Tokens[0].Value : "";
            if (!int.TryParse(text, out int value) || value < lowest || value > highest)
            {
                argument.AddError($"{name} {text}: give a whole number from {lowest} to {highest}.");
            }

            return value;
        },
    };
}
