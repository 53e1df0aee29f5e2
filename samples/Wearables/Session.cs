using System.Collections.Immutable;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.Selection;
using Ftte.Simulation;
using Spectre.Console;
using Wearables.Data;
using Wearables.Learning;
using Wearables.Report;

namespace Wearables;

/// <summary>Represents one run of the command.</summary>
/// <param name="options">The settings.</param>
/// <param name="console">The console.</param>
/// <param name="time">The clock of the progress display.</param>
internal sealed class Session(WearablesOptions options, IAnsiConsole console, TimeProvider time)
{
    private readonly ResultStore _store = new(options);

    /// <summary>Runs the command.</summary>
    /// <param name="cancellationToken">Stops; finished results stay in the resume file.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        ImmutableArray<PersonDevice> devices = People.Open(options.DataFolder);
        int folds = Math.Min(options.Folds ?? int.MaxValue, Roles.Folds(devices.Select(device => device.Person).Distinct().Count()));
        Method[] methods = [.. Method.All.Where(method => options.Methods.Count == 0 || options.Methods.Contains(method.Name))];
        (ulong Seed, int Fold, Method Method)[] all =
        [
            .. from seed in Enumerable.Range(1, options.Seeds)
               from fold in Enumerable.Range(0, folds)
               from method in methods
               select ((ulong)seed, fold, method),
        ];
        var missing = all.Where(job => !_store.Has(job.Seed, job.Fold, job.Method.Name)).ToArray();
        try
        {
            await WorkProgress.RunAsync(console, time, "methods", progress => RunAsync(devices, missing, progress, cancellationToken));
        }
        catch (BudgetTooSmallException small)
        {
            throw new InputException($"--watch: nothing can be trained in the memory of a watch. {small.Message}", small);
        }
        catch (OperationCanceledException) when (options.ResumeFile is not null)
        {
            console.WriteText("Stopped; the next call with the same --resume continues with the results that are missing.");
            return ExitCode.Cancelled;
        }

        MethodResult[] results = [.. all.Select(job => _store.Get(job.Seed, job.Fold, job.Method.Name))];
        var trial = new Trial(options, devices, fold: 0, seed: 1);
        WearableReport.Write(options, console, results, [.. methods.Select(method => _store.GetRun(method.Name)).OfType<SimulationResult>()], trial.Devices);
        return ExitCode.Done;
    }

    private async Task RunAsync(ImmutableArray<PersonDevice> devices, (ulong Seed, int Fold, Method Method)[] missing, WorkProgress progress, CancellationToken cancellationToken)
    {
        Trial? trial = null;
        for (int done = 0; done < missing.Length; done++)
        {
            (ulong seed, int fold, Method method) = missing[done];
            if (done == 0 || missing[done - 1].Seed != seed || missing[done - 1].Fold != fold)
            {
                trial = new Trial(options, devices, fold, seed);
            }

            int before = done;
            (MethodResult result, SimulationResult? run) = await trial!.RunAsync(
                method, (share, state) => progress.Report((before + share) / missing.Length, $"seed {seed}, fold {fold + 1}, {method.Name}: {state}"), cancellationToken);
            _store.Add(result, run);
            progress.Report((done + 1.0) / missing.Length, $"seed {seed}, fold {fold + 1}, {method.Name}");
        }
    }
}
