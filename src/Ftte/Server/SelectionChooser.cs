using Ftte.Selection;
using Ftte.Serialization;

namespace Ftte;

/// <summary>Chooses selections, and stores what the next choice depends on: the importance of the blocks, the version of the latest choice, and the number of choices.</summary>
/// <remarks>Shared by a single server and a cluster, so that both choose alike. Not thread-safe.</remarks>
/// <param name="options">The options.</param>
/// <param name="start">The version at which the time until the first choice begins.</param>
internal sealed class SelectionChooser(ReselectionOptions options, ModelVersion start)
{
    private BlockImportance _importance = options.Importance;

    /// <summary>Gets or sets the version at which the latest selection was chosen or the latest survey was opened.</summary>
    public ModelVersion LastVersion { get; set; } = start;

    /// <summary>Gets the number of choices.</summary>
    public long Turn { get; private set; }

    /// <summary>Determines whether a choice, or a survey before it, is due at a version.</summary>
    public bool IsDue(ModelVersion version) => version - LastVersion >= options.EveryVersions;

    /// <summary>Begins the next choice.</summary>
    public void Begin(ModelVersion version)
    {
        LastVersion = version;
        Turn++;
    }

    /// <summary>Reverts <see cref="Begin"/>.</summary>
    /// <param name="lastVersion">The version of the choice before.</param>
    public void Revert(ModelVersion lastVersion)
    {
        LastVersion = lastVersion;
        Turn--;
    }

    /// <summary>Replaces the importance by that of a survey, unless the survey has too few answers.</summary>
    /// <param name="survey">The closed survey.</param>
    /// <param name="devices">The number of known devices.</param>
    /// <returns>True if the importance was replaced.</returns>
    public bool TryUse(ImportanceSurvey survey, int devices)
    {
        // A few dishonest devices can determine the median of a small number of answers.
        bool isUsed = survey.Count >= options.ProbeCount - survey.Count || survey.Count > devices - survey.Count;
        if (isUsed)
        {
            _importance = survey.Combine();
        }

        return isUsed;
    }

    /// <summary>Chooses the selection of the current turn.</summary>
    /// <param name="registry">The devices, whose budget limits the selection if the options have none.</param>
    /// <param name="isRegistrationRequired">Whether the server requires registration.</param>
    /// <param name="cancellationToken">Cancels the choice.</param>
    public SelectionResult Choose(DeviceRegistry registry, bool isRegistrationRequired, CancellationToken cancellationToken)
    {
        long budget = options.MemoryBudgetBytes ?? registry.GetTrainableBudget(devices => CountExcluded(devices, isRegistrationRequired), options.MinPeakBytes).Bytes;
        var request = new SelectionRequest(options.Profile, _importance, budget, options.PayloadBudgetBytes)
        {
            ComputeBudget = options.ComputeBudget,
            Turn = Turn,
        };
        return options.Selector.Select(request, cancellationToken);
    }

    public void Save(StateWriter writer)
    {
        writer.Values(_importance.Values.AsSpan());
        writer.Int64(LastVersion.Number);
        writer.Int64(Turn);
    }

    /// <param name="reader">The reader of the state.</param>
    /// <param name="current">The current version, after which no choice can have been made.</param>
    public void Load(ref StateReader reader, ModelVersion current)
    {
        _importance = LoadImportance(ref reader, _importance.Layout);
        LastVersion = new ModelVersion(reader.Int64("version of the last choice", max: current.Number));
        Turn = reader.Int64("number of choices");
    }

    /// <summary>Skips the state of a server with reselection, for a server without reselection.</summary>
    public static void Skip(ref StateReader reader, ParameterLayout layout)
    {
        LoadImportance(ref reader, layout);
        reader.Int64("version of the last choice");
        reader.Int64("number of choices");
    }

    private static BlockImportance LoadImportance(ref StateReader reader, ParameterLayout layout)
    {
        double[] values = reader.Values<double>(layout.Blocks.Length);
        return Array.TrueForAll(values, value => double.IsFinite(value) && value >= 0)
            ? new BlockImportance(layout, values)
            : throw StateReader.Bad("importance of the blocks", string.Join(", ", values));
    }

    /// <summary>Returns the maximum number of devices to exclude. Unregistered devices report their own budgets, so no single one may determine the selection of all.</summary>
    private int CountExcluded(int devices, bool isRegistrationRequired)
    {
        if (options.ExcludedShare is { } share)
        {
            return (int)(share * devices);
        }

        return isRegistrationRequired ? 0 : Math.Max((int)(ReselectionOptions.ExcludedClaims * devices), devices >= 3 ? 1 : 0);
    }
}
