using System.CommandLine;
using Cifar10.Scenarios;
using Ftte.Samples.Shared;

namespace Cifar10;

/// <summary>Defines the command line.</summary>
internal static class Cifar10Command
{
    private const string About =
        """
        The paper's experiment: hundreds of devices, most of them stragglers, train a network on CIFAR-10 in virtual time with FedAvg, FedAsync, FedBuff and FTTE.

        quick    fifty devices, a small network, and synthetic images unless --data is given; under 90 seconds
        paper    500 devices, 90 % stragglers, ResNet-8 and a plain network; one thing varied at a time; about 25 minutes per seed on two cores
        parts    FTTE without or with another variant of one of its parts, and FedAvg with other normalizations
        scratch  from random weights: a fixed subset, a rotating subset, and all parameters
        sweep    50 to 5,000 devices, 0 to 90 % stragglers
        converge every rule in float32 and int8, until its accuracy no longer improves; without --data small, on synthetic examples; hours with --data
        convergetune  twelve settings for every rule of converge, with a separate seed
        tune     nine to sixteen settings for every rule, with a separate seed: the choice of the settings in the other scenarios

          dotnet run -c Release --project samples/Cifar10 -- --data DIR --scenario paper --seeds 3 --json c.json --report DIR --resume DIR
        """;

    /// <summary>Reads the arguments, checks them and runs.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="run">The work; Ctrl+C cancels its token; returns the exit code.</param>
    /// <param name="output">Receives the help.</param>
    /// <param name="error">Receives one line about invalid input.</param>
    public static Task<int> InvokeAsync(string[] args, Func<Cifar10Options, CancellationToken, Task<int>> run, TextWriter output, TextWriter error)
    {
        Option<string?> data = TypedOption.Path("--data", "DIR", "The folder with CIFAR-10's binary files; for converge, the folder that contains cifar-10-batches-bin, mnist and wearables.");
        Option<ScenarioName> scenario = TypedOption.Named("--scenario", "The scenario.", ScenarioName.Quick);
        Option<int> seeds = TypedOption.Whole("--seeds", "The number of runs of every rule, each with its own devices, data split and random numbers.", 1, 1, 100);
        Option<int> trips = TypedOption.Whole("--trips", "The maximum number of jobs of every run, for a short try of a scenario; 0 for no maximum.", 0, 0, int.MaxValue);
        Option<int> threads = TypedOption.Whole("--threads", "The number of training threads; the results do not depend on it.", Environment.ProcessorCount, 1, 256);
        Option<string[]> cells = TypedOption.Names("--cells", "The settings to run. Default: all of the scenario.");
        Option<string[]> rules = TypedOption.Names("--rules", "The rules to run. Default: all.");
        Option<string?> json = TypedOption.Path("--json", "FILE", "Write a line of JSON per rule and seed to this file.");
        Option<string?> report = TypedOption.Path("--report", "DIR", "Write a Markdown report with charts and CSV to this folder.");
        Option<string?> resume = TypedOption.Path("--resume", "DIR", "Keep base models and runs in this folder, and continue runs of an earlier call that was stopped.");
        var command = new RootCommand(About) { data, scenario, seeds, trips, threads, cells, rules, json, report, resume };
        return CommandRunner.InvokeAsync(command, Read, run, args, output, error);

        Cifar10Options Read(ParseResult parsed)
        {
            var options = new Cifar10Options
            {
                DataFolder = parsed.GetValue(data),
                Scenario = parsed.GetValue(scenario),
                Seeds = parsed.GetValue(seeds),
                Trips = parsed.GetValue(trips) is > 0 and int limit ? limit : null,
                Threads = parsed.GetValue(threads),
                Cells = [.. parsed.GetValue(cells) ?? []],
                Rules = [.. parsed.GetValue(rules) ?? []],
                JsonFile = parsed.GetValue(json),
                ReportFolder = parsed.GetValue(report),
                ResumeFolder = parsed.GetValue(resume),
            };
            CheckData(options);
            OutputFile.CheckAll(("--json", options.JsonFile, ""));
            OutputFolder.Check("--report", options.ReportFolder);
            OutputFolder.Check("--resume", options.ResumeFolder);
            return options;
        }
    }

    private static void CheckData(Cifar10Options options)
    {
        const string How = "get 'CIFAR-10 binary version (suitable for C programs)' from the page of its authors (Krizhevsky, University of Toronto), extract it, and specify the folder "
            + "with data_batch_1.bin to data_batch_5.bin and test_batch.bin";
        if (options.DataFolder is null && options.Scenario is not (ScenarioName.Quick or ScenarioName.Converge or ScenarioName.ConvergeTune))
        {
            throw new InputException($"--data is missing, and only --scenario quick and converge support synthetic images; {How}.");
        }

        InputPath.CheckFolder("--data", options.DataFolder, How);
    }
}
