using System.CommandLine;
using Ftte.Samples.Shared;
using Ftte.Selection;

namespace MemoryPlan;

/// <summary>Defines the command line.</summary>
internal static class PlanCommand
{
    private const string About =
        """
        Plans training within a memory budget, without training: the selected part of every layer, the use of memory, the binding constraint, and the bound on any better selection.

        For example, for a device with 256 KiB of memory and an upload limit of 40 KiB:
          dotnet run --project samples/MemoryPlan -- --model digits --budget 256KiB --payload 40KiB --chart plan.png
        """;

    /// <summary>Reads the arguments, checks them and runs.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="run">The work; Ctrl+C cancels its token; returns the exit code.</param>
    /// <param name="output">Receives the help.</param>
    /// <param name="error">Receives one line about invalid input or a budget that is too small.</param>
    /// <returns>The exit code of the work; 1 if the budget is too small, 2 for invalid input.</returns>
    public static async Task<int> InvokeAsync(string[] args, Func<PlanOptions, CancellationToken, int> run, TextWriter output, TextWriter error)
    {
        var options = new CommandOptions();
        var command = new RootCommand(About);
        options.AddTo(command);
        PlanOptions? read = null;
        try
        {
            return await CommandRunner.InvokeAsync(command, Read, (chosen, cancellationToken) => Task.FromResult(run(chosen, cancellationToken)), args, output, error);
        }
        catch (BudgetTooSmallException refusal) when (read is not null)
        {
            await error.WriteLineAsync(Explain(refusal, read));
            return ExitCode.BudgetTooSmall;
        }

        PlanOptions Read(ParseResult parsed)
        {
            read = options.Read(parsed);
            Check(read);
            return read;
        }
    }

    /// <summary>Validates the options and files before the work starts.</summary>
    private static void Check(PlanOptions options)
    {
        if (options.Micro > options.Batch)
        {
            throw new InputException($"--micro {options.Micro}: a step has only {options.Batch} examples; specify 1 to {options.Batch}, or a larger --batch.");
        }

        if (options.WeightsFile is { } weights)
        {
            if (options.Importance != ImportanceKind.Magnitude)
            {
                throw new InputException("--weights: --importance parameters does not use weights; add --importance magnitude.");
            }

            InputPath.CheckFile("--weights", weights, "specify a file with weights");
        }

        OutputFile.CheckAll(("--chart", options.ChartFile, ".png"), ("--frontier", options.FrontierFile, ".png"), ("--json", options.JsonFile, ""));
    }

    private static string Explain(BudgetTooSmallException refusal, PlanOptions options)
    {
        string problem = $"{options.Selector} finds no selection of {options.Model}";
        return refusal.Budget switch
        {
            SelectionBudget.Payload =>
                $"{problem} that fits --payload {ByteSize.ToText(refusal.Available)}; the minimum is {refusal.Required} bytes ({ByteSize.ToText(refusal.Required)}).",
            SelectionBudget.Compute =>
                $"{problem} that fits --compute {LargeNumber.ToText(refusal.Available)}; the minimum is {refusal.Required} multiply-adds per example ({LargeNumber.ToText(refusal.Required)}).",
            _ =>
                $"{problem} within --budget {ByteSize.ToText(options.BudgetBytes)}; the minimum is {refusal.Required} bytes ({ByteSize.ToText(refusal.Required)}).",
        };
    }
}
