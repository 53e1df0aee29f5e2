using System.CommandLine;
using Ftte.Samples.Shared;
using Ftte.TinyEngine;

namespace ZooLearning;

/// <summary>Defines the command line.</summary>
internal static class ZooCommand
{
    private const string About =
        """
        Trains every network of the zoo in a simulated federation with the library's defaults, from random weights and from a trained base, and compares the result with central
        training. The exit code is 1 if a network does not learn. Without --data, synthetic data is used; nothing is downloaded.

          dotnet run -c Release --project samples/ZooLearning -- --data DIR --resume rows.jsonl --table zoo.md
        """;

    /// <summary>Reads the arguments, checks them and runs.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="run">The work; Ctrl+C cancels its token; returns the exit code.</param>
    /// <param name="output">Receives the help.</param>
    /// <param name="error">Receives one line about invalid input.</param>
    public static Task<int> InvokeAsync(string[] args, Func<ZooOptions, CancellationToken, Task<int>> run, TextWriter output, TextWriter error)
    {
        Option<string?> data = TypedOption.Path("--data", "DIR", "The folder that contains mnist, cifar-10-batches-bin and wearables. A network whose data is missing uses synthetic data.");
        Option<string[]> networks = TypedOption.Names("--networks", "network", $"The networks: {string.Join(", ", NetworkZoo.Names)}. Default: all.", [.. NetworkZoo.Names]);
        Option<bool> small = TypedOption.Flag("--small", "Runs the networks that train fast, on little data: about two minutes.");
        Option<int> seed = TypedOption.Whole("--seed", "The first seed.", 1, 0, 1_000_000);
        Option<int> seeds = TypedOption.Whole("--seeds", "The number of seeds.", 1, 1, 100);
        Option<int> threads = TypedOption.Whole("--threads", "Training threads; the results do not depend on it.", Environment.ProcessorCount, 1, 64);
        Option<int> versions = TypedOption.Whole("--versions", "The number of versions; 0 for each network's own.", 0, 0, 1_000_000);
        Option<float> rate = TypedOption.Real("--learning-rate", "The devices' learning rate; 0 for the library's default.", 0, r => r >= 0, "specify a number of at least 0");
        Option<float> clip = TypedOption.Real("--clip-ratio", "The devices' clip ratio; -1 for the library's default, 0 for no clipping.", -1, r => r >= -1, "specify a number of at least -1");
        Option<float> calibration = TypedOption.Real("--label-calibration", "The devices' label calibration; -1 for the library's default, 0 for none.", -1, r => r >= -1, "specify a number of at least -1");
        Option<NormalizationKind> normalization = TypedOption.Named("--normalization", "The normalization layers of the networks that have some.", NormalizationKind.Group);
        Option<string?> resume = TypedOption.Path("--resume", "FILE", "Keeps every finished row in this file and does not run it again.");
        Option<string?> table = TypedOption.Path("--table", "FILE.md", "Writes the table to this file, as Markdown.");
        var command = new RootCommand(About) { data, networks, small, seed, seeds, threads, versions, rate, clip, calibration, normalization, resume, table };
        return CommandRunner.InvokeAsync(command, Read, run, args, output, error);

        ZooOptions Read(ParseResult parsed)
        {
            var options = new ZooOptions
            {
                DataFolder = InputPath.CheckFolder("--data", parsed.GetValue(data), "specify the folder with the data sets"),
                Networks = [.. parsed.GetValue(networks) ?? []],
                IsSmall = parsed.GetValue(small),
                Seed = (ulong)parsed.GetValue(seed),
                Seeds = parsed.GetValue(seeds),
                Threads = parsed.GetValue(threads),
                Versions = parsed.GetValue(versions) is > 0 and int count ? count : null,
                LearningRate = parsed.GetValue(rate) is > 0 and float given ? given : null,
                ClipRatio = parsed.GetValue(clip) is >= 0 and float ratio ? ratio : null,
                LabelCalibration = parsed.GetValue(calibration) is >= 0 and float strength ? strength : null,
                Normalization = parsed.GetValue(normalization),
                ResumeFile = parsed.GetValue(resume),
                TableFile = parsed.GetValue(table),
            };
            OutputFile.CheckAll(("--resume", options.ResumeFile, ""), ("--table", options.TableFile, ".md"));
            return options;
        }
    }
}
