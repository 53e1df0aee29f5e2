using System.Collections.Immutable;
using Ftte.Samples.Shared;
using Spectre.Console;
using Wearables.Data;
using Wearables.Report;

namespace Wearables.Privacy;

/// <summary>Represents one run of the privacy scenario.</summary>
/// <param name="options">The settings.</param>
/// <param name="console">The console.</param>
/// <param name="time">The clock of the progress display.</param>
internal sealed class PrivacySession(WearablesOptions options, IAnsiConsole console, TimeProvider time)
{
    private readonly PrivacyStore _store = new(options);

    /// <summary>Runs the scenario.</summary>
    /// <param name="cancellationToken">Stops; finished results stay in the resume file.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        ImmutableArray<PrivacySetting> settings = PrivacySetting.Create(options.Epsilons);
        ulong[] seeds = [.. Enumerable.Range(options.Seed, options.Seeds).Select(seed => (ulong)seed)];
        (ulong Seed, PrivacySetting Setting)[] missing = [.. seeds.SelectMany(seed => settings.Select(setting => (seed, setting))).Where(job => !_store.Has(job.seed, job.setting))];
        try
        {
            ImmutableArray<PersonDevice> devices = People.Open(options.DataFolder);
            await WorkProgress.RunAsync(console, time, "settings", progress => RunAsync(devices, missing, progress, cancellationToken));
        }
        catch (OperationCanceledException) when (options.ResumeFile is not null)
        {
            console.WriteText("Stopped; the next call with the same --resume continues with the results that are missing.");
            return ExitCode.Cancelled;
        }

        Write(settings, new PrivacyResults(settings.ToDictionary(setting => setting, setting => (IReadOnlyList<PrivacyRow>)[.. seeds.Select(seed => _store.Get(seed, setting))])));
        return ExitCode.Done;
    }

    private async Task RunAsync(ImmutableArray<PersonDevice> devices, (ulong Seed, PrivacySetting Setting)[] missing, WorkProgress progress, CancellationToken cancellationToken)
    {
        PrivacyTrial? trial = null;
        for (int done = 0; done < missing.Length; done++)
        {
            (ulong seed, PrivacySetting setting) = missing[done];
            int before = done;
            if (done == 0 || missing[done - 1].Seed != seed)
            {
                trial = new PrivacyTrial(options, devices, seed, Report, cancellationToken);
            }

            _store.Add(await trial!.RunAsync(setting, Report, cancellationToken));
            progress.Report((done + 1.0) / missing.Length, $"seed {seed}, {setting.Name}");

            void Report(double share, string state) => progress.Report((before + share) / missing.Length, $"seed {seed}, {setting.Name}: {state}");
        }
    }

    private void Write(ImmutableArray<PrivacySetting> settings, PrivacyResults results)
    {
        ResultOutput.Write(options, console, PrivacyTables.Create(settings, results), settings.SelectMany(setting => results[setting]).Select(row => row.ToJson()));
        if (options.ChartFile is { } chartFile)
        {
            BudgetChart.Save(chartFile, settings, results);
            console.WriteFileName(chartFile);
        }
    }
}
