using System.CommandLine;
using Ftte.Samples.Shared;
using Ftte.Selection;

namespace MemoryPlan;

/// <summary>The command line: help, and one line for whatever cannot be used or does not fit.</summary>
internal static class PlanCommand
{
    private const string About =
        """
        Says what would be trained on a device with so much memory, without training anything: the chosen part of every layer, where the memory goes, what binds, and how much better any other choice could be.

        For example, on a device that has a quarter of a mebibyte and sends 40 KiB:
          dotnet run --project samples/MemoryPlan -- --model digits --budget 256KiB --payload 40KiB --chart plan.png
        """;

    /// <summary>Reads the arguments, checks them and runs.</summary>
    /// <param name="args">The arguments as typed.</param>
    /// <param name="run">The work; Ctrl+C cancels its token; gives the exit code.</param>
    /// <param name="output">Where help goes.</param>
    /// <param name="error">Where the one line about bad input or too small a budget goes.</param>
    /// <returns>The exit code: what the work gave, 1 for a budget that is too small, 2 for bad input.</returns>
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

    /// <summary>Finds out now what would otherwise fail after long work.</summary>
    private static void Check(PlanOptions options)
    {
        if (options.Micro > options.Batch)
        {
            throw new InputException($"--micro {options.Micro}: only {options.Batch} examples make a step; give 1 to {options.Batch}, or a larger --batch.");
        }

        if (options.WeightsFile is { } weights)
        {
            if (options.Importance != ImportanceKind.Magnitude)
            {
                throw new InputException("--weights: counting parameters takes no weights; add --importance magnitude.");
            }

            InputPath.CheckFile("--weights", weights, "give a file with weights");
        }

        OutputFile.CheckAll(("--chart", options.ChartFile, ".png"), ("--frontier", options.FrontierFile, ".png"), ("--json", options.JsonFile, ""));
    }

    private static string Explain(BudgetTooSmallException refusal, PlanOptions options)
    {
        string who = $"{options.Selector} finds nothing in {options.Model} to train";
        return refusal.Budget switch
        {
            SelectionBudget.Payload =>
                $"{who} that fits --payload {ByteSize.ToText(refusal.Available)}; the smallest that would do is {refusal.Required} bytes ({ByteSize.ToText(refusal.Required)}).",
            SelectionBudget.Compute =>
                $"{who} that fits --compute {LargeNumber.ToText(refusal.Available)}; the smallest that would do is {refusal.Required} multiply-adds per example ({LargeNumber.ToText(refusal.Required)}).",
            _ =>
                $"{who} within --budget {ByteSize.ToText(options.BudgetBytes)}; the smallest that would do is {refusal.Required} bytes ({ByteSize.ToText(refusal.Required)}).",
        };
    }
}
