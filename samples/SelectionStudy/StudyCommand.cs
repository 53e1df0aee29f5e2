using System.Collections.Immutable;
using System.CommandLine;
using Ftte.Samples.Shared;
using SelectionStudy.Learning;

namespace SelectionStudy;

/// <summary>Defines the command line.</summary>
internal static class StudyCommand
{
    private const string About =
        """
        Trains ResNet-8 on CIFAR-10 across many devices, with each selector under the same memory budgets and number of updates, and compares the accuracy.

        The base model is trained on 5,000 public images, which no device holds. With --public-classes 5, they contain half of the classes, and only the devices have the others:
          dotnet run -c Release --project samples/SelectionStudy -- --data DIR --public-classes 5 --threads 2 --report study
        """;

    private const string How = "specify the folder with CIFAR-10's binary files (data_batch_1.bin to data_batch_5.bin, test_batch.bin)";

    /// <summary>Reads the arguments, checks them and runs.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="run">The work; Ctrl+C cancels its token; returns the exit code.</param>
    /// <param name="output">Receives the help.</param>
    /// <param name="error">Receives one line about invalid input.</param>
    public static Task<int> InvokeAsync(string[] args, Func<StudyOptions, CancellationToken, Task<int>> run, TextWriter output, TextWriter error)
    {
        Option<string?> data = TypedOption.Path("--data", "DIR", "The folder with CIFAR-10's binary files.");
        Option<int> classes = TypedOption.Whole("--public-classes", "The number of classes of the public images, of ten.", 10, 1, 10);
        Option<int> seeds = TypedOption.Whole("--seeds", "The number of runs of every selection, each with its own data split and order.", 3, 1, 100);
        Option<int> updates = TypedOption.Whole("--updates", "The number of updates per run.", 600, 1, 1_000_000);
        Option<int> devices = TypedOption.Whole("--devices", "The number of devices, among which 45,000 images are divided.", 250, 40, 5_000);
        Option<float> alpha = TypedOption.Real("--alpha", "The similarity of the devices: 0.1 for mostly one or two classes each, 100 for nearly identical devices.", 100, a => a > 0, "specify a number above 0");
        Option<ImmutableArray<double>> budgets = TypedOption.Shares("--budgets", "The memory budgets, as shares of the memory of training all parameters without a plan.", [0.25, 0.10, 0.05]);
        Option<ImmutableArray<double>> rates = TypedOption.Shares("--rates", "The learning rates; each selection uses its best one, measured with a seed that is not reported.", [0.03, 0.1]);
        Option<string[]> selectors = TypedOption.Names("--selectors", "selector", "The selectors, full for the reference. Default: all.", StudyCell.Names);
        Option<int> threads = TypedOption.Whole("--threads", "The number of training threads; the results do not depend on it.", 1, 1, 64);
        Option<string?> report = TypedOption.Path("--report", "DIR", "Write the table and, for every budget, a report with charts and CSV to this folder.");
        var command = new RootCommand(About) { data, classes, seeds, updates, devices, alpha, budgets, rates, selectors, threads, report };
        return CommandRunner.InvokeAsync(command, Read, run, args, output, error);

        StudyOptions Read(ParseResult parsed)
        {
            var options = new StudyOptions
            {
                DataFolder = InputPath.CheckFolder("--data", parsed.GetValue(data), How) ?? throw new InputException($"--data is missing; {How}."),
                PublicClasses = parsed.GetValue(classes),
                Seeds = parsed.GetValue(seeds),
                Updates = parsed.GetValue(updates),
                Devices = parsed.GetValue(devices),
                Alpha = parsed.GetValue(alpha),
                Budgets = parsed.GetValue(budgets),
                Rates = [.. parsed.GetValue(rates).Select(rate => (float)rate)],
                Selectors = [.. parsed.GetValue(selectors) ?? []],
                Threads = parsed.GetValue(threads),
                ReportFolder = parsed.GetValue(report),
            };
            OutputFolder.Check("--report", options.ReportFolder);
            return options;
        }
    }
}
