using System.CommandLine;
using Ftte.Samples.Shared;
using Wearables.Data;
using Wearables.Learning;

namespace Wearables;

/// <summary>Defines the command line.</summary>
internal static class WearablesCommand
{
    private const string About =
        """
        Compares one shared model with personal models on smartwatches and smartphones: FTTE, FedPer, FedRep, FedBN, Ditto, fine-tuning, training on each device alone, FedAvg and central
        training, for people who take part and for people who do not. --data is the data set of Matey-Sanz, Casteleyn and Granell (Data in Brief, 2023, 109809; DOI
        10.5281/zenodo.8398688; CC BY 4.0). Without it, synthetic motion is used; nothing is downloaded.

          dotnet run -c Release --project samples/Wearables -- --data DIR --seeds 3 --resume rows.jsonl --table wearables.md
          dotnet run -c Release --project samples/Wearables -- --scenario privacy --data DIR --seeds 3 --resume privacy.jsonl --table privacy.md --chart privacy.png
        """;

    /// <summary>Reads the arguments, checks them and runs.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="run">The work; Ctrl+C cancels its token; returns the exit code.</param>
    /// <param name="output">Receives the help.</param>
    /// <param name="error">Receives one line about invalid input.</param>
    public static Task<int> InvokeAsync(string[] args, Func<WearablesOptions, CancellationToken, Task<int>> run, TextWriter output, TextWriter error)
    {
        var standard = new WearablesOptions();
        Option<Scenario> scenario = TypedOption.Named("--scenario", "What is measured: shared and personal models, or differential privacy and secure aggregation.", standard.Scenario);
        Option<string?> data = TypedOption.Path("--data", "DIR", "The folder with one folder of recordings per person. Default: synthetic motion.");
        Option<string[]> methods = TypedOption.Names("--methods", "method", $"The methods: {string.Join(", ", Method.All.Select(method => method.Name))}. Default: all.", [.. Method.All.Select(method => method.Name)]);
        Option<int> seed = TypedOption.Whole("--seed", "The first seed.", standard.Seed, 0, 1_000_000);
        Option<int> seeds = TypedOption.Whole("--seeds", "The number of seeds.", standard.Seeds, 1, 100);
        Option<int> folds = TypedOption.Whole("--folds", "The number of folds, in each of which other people have the roles; 0 for all.", 0, 0, 1000);
        Option<int> versions = TypedOption.Whole("--versions", "The number of versions of a federation.", standard.Versions, 1, 1_000_000);
        Option<int> privateVersions = TypedOption.Whole("--private-versions", "The number of versions of a federation in the privacy scenario.", standard.PrivateVersions, 1, 100_000);
        Option<double[]> epsilons = new("--epsilons") { HelpName = "NUMBERS", Description = "The budgets of the privacy scenario, each above 0.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. standard.Epsilons] };
        Option<float> rate = TypedOption.Real("--learning-rate", "The devices' step size.", standard.LearningRate, r => r > 0, "specify a number above 0");
        Option<int> tuning = TypedOption.Whole("--tuning-steps", "The number of steps with which a device tunes its personal parameters before use.", standard.TuningSteps, 1, 100_000);
        Option<long> watch = TypedOption.Size("--watch", "The memory of a watch for training.", standard.WatchBytes);
        Option<long> phone = TypedOption.Size("--phone", "The memory of a phone for training.", standard.PhoneBytes);
        Option<Scaling> scaling = TypedOption.Named("--scaling", "The windows whose statistics normalize the channels: those of the base people, or those of each device.", standard.Scaling);
        Option<int> threads = TypedOption.Whole("--threads", "Training threads; the results do not depend on it.", standard.Threads, 1, 64);
        Option<string?> resume = TypedOption.Path("--resume", "FILE", "Keeps every finished result in this file and does not compute it again.");
        Option<string?> json = TypedOption.Path("--json", "FILE.json", "Writes all results to this file, as JSON.");
        Option<string?> table = TypedOption.Path("--table", "FILE.md", "Writes the tables to this file, as Markdown.");
        Option<string?> chart = TypedOption.Path("--chart", "FILE.png", "Draws the accuracy of every person before and after personalization.");
        Option<string?> report = TypedOption.Path("--report", "DIR", "Writes a chart for every policy, and the report of the federations in the first fold, to this folder.");
        var command = new RootCommand(About) { scenario, data, methods, seed, seeds, folds, versions, privateVersions, epsilons, rate, tuning, watch, phone, scaling, threads, resume, json, table, chart, report };
        return CommandRunner.InvokeAsync(command, Read, run, args, output, error);

        WearablesOptions Read(ParseResult parsed)
        {
            var options = new WearablesOptions
            {
                Scenario = parsed.GetValue(scenario),
                DataFolder = InputPath.CheckFolder("--data", parsed.GetValue(data), "specify the folder into which the data set was unpacked"),
                Methods = parsed.GetValue(methods) ?? [],
                Seed = parsed.GetValue(seed),
                Seeds = parsed.GetValue(seeds),
                Folds = parsed.GetValue(folds) is > 0 and int count ? count : null,
                Versions = parsed.GetValue(versions),
                PrivateVersions = parsed.GetValue(privateVersions),
                Epsilons = parsed.GetValue(epsilons) is { } budgets && budgets.All(budget => budget is >= 1e-6 and <= 1e6) ? budgets : throw new InputException("--epsilons: specify numbers from 0.000001 to 1000000."),
                LearningRate = parsed.GetValue(rate),
                TuningSteps = parsed.GetValue(tuning),
                WatchBytes = parsed.GetValue(watch),
                PhoneBytes = parsed.GetValue(phone),
                Scaling = parsed.GetValue(scaling),
                Threads = parsed.GetValue(threads),
                ResumeFile = parsed.GetValue(resume),
                JsonFile = parsed.GetValue(json),
                TableFile = parsed.GetValue(table),
                ChartFile = parsed.GetValue(chart),
                ReportFolder = parsed.GetValue(report),
            };
            OutputFile.CheckAll(("--resume", options.ResumeFile, ""), ("--json", options.JsonFile, ".json"), ("--table", options.TableFile, ".md"), ("--chart", options.ChartFile, ".png"));
            OutputFolder.Check("--report", options.ReportFolder);
            return options;
        }
    }
}
