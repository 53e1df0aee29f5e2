using System.Collections.Immutable;
using Ftte.Samples.Shared;
using Ftte.Selection;
using Ftte.Simulation;
using Ftte.TinyEngine.TimeSeries;
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
        Job[] all =
        [
            .. from seed in Enumerable.Range(options.Seed, options.Seeds)
               from fold in Enumerable.Range(0, folds)
               from kind in Enum.GetValues<WearableDevice>()
               from method in methods
               select new Job((ulong)seed, fold, kind, method),
        ];
        Job[] missing = [.. all.Where(job => !_store.Has(job.Seed, job.Fold, job.KindName, job.Method))];
        try
        {
            await WorkProgress.RunAsync(console, time, "methods", progress => RunAsync(devices, missing, progress, cancellationToken));
        }
        catch (BudgetTooSmallException small)
        {
            throw new InputException($"--watch, --phone: nothing can be trained in the memory of a device. {small.Message}", small);
        }
        catch (OperationCanceledException) when (options.ResumeFile is not null)
        {
            console.WriteText("Stopped; the next call with the same --resume continues with the results that are missing.");
            return ExitCode.Cancelled;
        }

        MethodResult[] results = [.. all.Select(job => _store.Get(job.Seed, job.Fold, job.KindName, job.Method.Name))];
        WearableReport.Write(options, console, results);
        foreach (WearableDevice kind in Enum.GetValues<WearableDevice>())
        {
            string name = $"{kind}".ToLowerInvariant();
            SimulationResult[] runs = [.. methods.Where(method => method.HasFederation).Select(method => _store.GetRun(name, method.Name)).OfType<SimulationResult>()];
            WearableReport.WriteFederations(options, console, name, runs, new Trial(options, devices, kind, fold: 0, (ulong)options.Seed).Devices);
        }

        return ExitCode.Done;
    }

    private async Task RunAsync(ImmutableArray<PersonDevice> devices, Job[] missing, WorkProgress progress, CancellationToken cancellationToken)
    {
        Trial? trial = null;
        for (int done = 0; done < missing.Length; done++)
        {
            Job job = missing[done];
            if (done == 0 || missing[done - 1] with { Method = job.Method } != job)
            {
                trial = new Trial(options, devices, job.Kind, job.Fold, job.Seed);
            }

            int before = done;
            (MethodResult result, SimulationResult? run) = await trial!.RunAsync(
                job.Method, (share, state) => progress.Report((before + share) / missing.Length, $"{job}: {state}"), cancellationToken);
            _store.Add(result, run);
            progress.Report((done + 1.0) / missing.Length, $"{job}");
        }
    }

    private sealed record Job(ulong Seed, int Fold, WearableDevice Kind, Method Method)
    {
        public string KindName => $"{Kind}".ToLowerInvariant();

        public override string ToString() => $"seed {Seed}, fold {Fold + 1}, {KindName}, {Method.Name}";
    }
}
