using Ftte.TinyEngine.TimeSeries;
using Wearables.Data;

namespace Wearables;

/// <summary>The settings of the command.</summary>
internal sealed record WearablesOptions
{
    /// <summary>Gets what is measured.</summary>
    public Scenario Scenario { get; init; }

    /// <summary>Gets the folder with the recordings; null for synthetic motion.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Gets the names of the methods; empty for all.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>Gets the first seed.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Gets the number of seeds.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>Gets the number of folds; null for all, so that every person is a newcomer once.</summary>
    public int? Folds { get; init; }

    /// <summary>Gets the number of versions that a federation publishes.</summary>
    public int Versions { get; init; } = 120;

    /// <summary>Gets the number of versions of a federation in the privacy scenario.</summary>
    public int PrivateVersions { get; init; } = 60;

    /// <summary>Gets the budgets of the privacy scenario.</summary>
    public IReadOnlyList<double> Epsilons { get; init; } = [0.5, 1, 2, 4, 8];

    /// <summary>Gets the step size of devices in a federation.</summary>
    public float LearningRate { get; init; } = 0.3f;

    /// <summary>Gets the number of steps with which a device tunes its personal parameters before use.</summary>
    public int TuningSteps { get; init; } = 60;

    /// <summary>Gets the memory of a watch for training, in bytes.</summary>
    public long WatchBytes { get; init; } = 320 << 10;

    /// <summary>Gets the memory of a phone for training, in bytes.</summary>
    public long PhoneBytes { get; init; } = 1 << 20;

    /// <summary>Gets the windows whose statistics normalize the channels.</summary>
    public Scaling Scaling { get; init; }

    /// <summary>Gets the number of training threads; the results do not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Gets the file that keeps finished results, so that a later run continues; null for none.</summary>
    public string? ResumeFile { get; init; }

    /// <summary>Gets the file for all results as JSON; null for none.</summary>
    public string? JsonFile { get; init; }

    /// <summary>Gets the file for the tables in Markdown; null for none.</summary>
    public string? TableFile { get; init; }

    /// <summary>Gets the file for the chart of the newcomers and the participants before and after personalization; null for none.</summary>
    public string? ChartFile { get; init; }

    /// <summary>Gets the folder for the report of the federations in the first fold; null for none.</summary>
    public string? ReportFolder { get; init; }

    /// <summary>Gets the memory of a kind of device for training, in bytes.</summary>
    public long MemoryOf(WearableDevice kind) => kind == WearableDevice.Watch ? WatchBytes : PhoneBytes;

    /// <summary>Gets the settings that change results of the privacy scenario, on one line.</summary>
    public string PrivacySettings => FormattableString.Invariant($"privacy, {(DataFolder is null ? "synthetic" : "wearables")}, versions {PrivateVersions}, step {LearningRate}, watch {WatchBytes}, {Scaling}");

    /// <summary>Gets the settings that change results, on one line.</summary>
    public string Settings => FormattableString.Invariant($"{(DataFolder is null ? "synthetic" : "wearables")}, versions {Versions}, step {LearningRate}, {TuningSteps} steps of tuning, watch {WatchBytes}, phone {PhoneBytes}, {Scaling}");
}
