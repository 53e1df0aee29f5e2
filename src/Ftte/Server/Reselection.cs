using Ftte.Diagnostics;
using Ftte.Selection;
using Ftte.Serialization;
using Microsoft.Extensions.Logging;

namespace Ftte;

/// <summary>Changes the selection after a number of versions, based on the importance that devices report.</summary>
/// <remarks>
/// Called only by the reader of the update queue, so that no update is aggregated between a selection and its announcement. Check-outs ask the devices, so that the
/// survey takes the lock of <see cref="DispatchState"/>. The result depends only on versions, answers and devices: the same run results in the same selections.
/// </remarks>
internal sealed class Reselection
{
    private readonly ReselectionOptions _options;
    private readonly int _probes;
    private readonly AssignmentTerms _terms;
    private readonly DeviceRegistry _registry;
    private readonly bool _isRegistrationRequired;
    private readonly ILogger _logger;
    private readonly CancellationToken _stopping;
    private BlockImportance _importance;
    private ModelVersion _lastVersion;
    private ModelVersion _current;
    private long _turn;
    private volatile SelectionResult? _latest;
    private bool _isReplaying;
    private bool _isChoiceMissing;

    /// <param name="options">The options.</param>
    /// <param name="state">The clients, which the survey asks.</param>
    /// <param name="terms">Announces selections.</param>
    /// <param name="registry">The registry with the budgets of the devices.</param>
    /// <param name="isRegistrationRequired">Whether the server requires registration.</param>
    /// <param name="logger">The logger.</param>
    /// <param name="stopping">Canceled when the server stops; cancels a selection in progress.</param>
    public Reselection(
        ReselectionOptions options, DispatchState state, AssignmentTerms terms, DeviceRegistry registry, bool isRegistrationRequired, ILogger logger, CancellationToken stopping)
    {
        (_options, _terms, _registry, _isRegistrationRequired, _logger, _stopping) = (options, terms, registry, isRegistrationRequired, logger, stopping);
        _probes = options.Probes ?? 0;
        Survey = _probes > 0 ? new SurveyCollector(state, _probes) : null;
        _importance = options.Importance;
        _lastVersion = _current = state.Feed.Current.Version;
    }

    /// <summary>Gets the importance survey; null if no device is asked.</summary>
    public SurveyCollector? Survey { get; }

    /// <summary>Gets the latest result; null before the first reselection. Safe to read from any thread.</summary>
    public SelectionResult? Latest => _latest;

    public void Save(StateWriter writer)
    {
        writer.Values(_importance.Values.AsSpan());
        writer.Int64(_lastVersion.Number);
        writer.Int64(_turn);
    }

    /// <summary>Loads the saved state. <see cref="Latest"/> is not part of it; its selection stays in effect.</summary>
    public void Load(ref StateReader reader)
    {
        _importance = LoadImportance(ref reader, _importance.Layout);
        _lastVersion = new ModelVersion(reader.Int64("version of the last choice", max: _current.Number));
        _turn = reader.Int64("number of choices");
    }

    /// <summary>Skips the state of a server with reselection, for a server without reselection.</summary>
    public static void Skip(ref StateReader reader, ParameterLayout layout)
    {
        LoadImportance(ref reader, layout);
        reader.Int64("version of the last choice");
        reader.Int64("number of choices");
    }

    /// <summary>Selects nothing until <see cref="EndReplay"/>, because the choices were recorded.</summary>
    public void BeginReplay() => _isReplaying = true;

    /// <summary>Notes that the choice of the latest reselection was recorded.</summary>
    public void ReplayChoice() => _isChoiceMissing = false;

    /// <summary>Repeats a reselection without a recorded choice: the server ended before the choice was durable, so no device has seen it.</summary>
    public void EndReplay()
    {
        _isReplaying = false;
        if (_isChoiceMissing)
        {
            _isChoiceMissing = false;
            Choose(_lastVersion);
        }
    }

    /// <summary>If a reselection is due, selects again or opens a survey. If a survey is still open, closes it and selects again.</summary>
    public void Published(ModelVersion version)
    {
        _current = version;
        if (version - _lastVersion < _options.EveryVersions)
        {
            return;
        }

        if (Survey is null)
        {
            Choose();
        }
        else if (!Survey.TryOpen())
        {
            EndSurvey(Survey);
        }
        else
        {
            _lastVersion = version;
            Log.SurveyOpened(_logger, _probes, version);
        }
    }

    /// <summary>Adds the answer of a device to the survey. Selects again if it was the last required answer.</summary>
    public UpdateOutcome Answer(SparseUpdate update)
    {
        if (Survey is null)
        {
            return UpdateOutcome.TooStale;
        }

        UpdateOutcome outcome = Survey.Answer(update.Header, update.Values, out bool completes);
        if (completes)
        {
            EndSurvey(Survey);
        }

        return outcome;
    }

    private static BlockImportance LoadImportance(ref StateReader reader, ParameterLayout layout)
    {
        double[] values = reader.Values<double>(layout.Blocks.Length);
        return Array.TrueForAll(values, value => double.IsFinite(value) && value >= 0)
            ? new BlockImportance(layout, values)
            : throw StateReader.Bad("importance of the blocks", string.Join(", ", values));
    }

    private void EndSurvey(SurveyCollector collector)
    {
        ImportanceSurvey survey = collector.Close();

        // A few dishonest devices can determine the median of a small number of answers.
        bool isUsed = survey.Count >= _probes - survey.Count || survey.Count > _registry.Count - survey.Count;
        if (isUsed)
        {
            _importance = survey.Combine();
        }

        Log.SurveyClosed(_logger, survey.Count, _probes, _current, isUsed);
        Choose();
    }

    private void Choose()
    {
        ModelVersion lastVersion = _lastVersion;
        _lastVersion = _current;
        _turn++;
        if (_isReplaying)
        {
            _isChoiceMissing = true;
            return;
        }

        Choose(lastVersion);
    }

    private void Choose(ModelVersion lastVersion)
    {
        try
        {
            long budget = _options.MemoryBudgetBytes ?? _registry.GetTrainableBudget(CountExcluded, _options.MinPeakBytes).Bytes;
            var request = new SelectionRequest(_options.Profile, _importance, budget, _options.PayloadBudgetBytes)
            {
                ComputeBudget = _options.ComputeBudget,
                Turn = _turn,
            };
            SelectionResult chosen = _options.Selector.Select(request, _stopping);
            long requiredMemoryBytes = chosen.Certificate.Timeline.PeakBytes;
            SelectionVersion version = _terms.ChangeSelection(chosen.Selection, requiredMemoryBytes);
            _latest = chosen;
            Log.SelectionChanged(_logger, version, chosen.Selection.Count, requiredMemoryBytes);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The server stops. Restores the state, so that a server that continues from the saved state repeats this reselection.
            (_lastVersion, _turn) = (lastVersion, _turn - 1);
        }
#pragma warning disable CA1031 // Training continues with the current selection, whatever the error.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _terms.KeepSelection();
            Log.NotReselected(_logger, error, _turn, _current, error.Message);
        }
    }

    /// <summary>Returns the maximum number of devices to exclude. Unregistered devices report their own budgets, so no single one may determine the selection of all.</summary>
    private int CountExcluded(int devices)
    {
        if (_options.ExcludedShare is { } share)
        {
            return (int)(share * devices);
        }

        return _isRegistrationRequired ? 0 : Math.Max((int)(ReselectionOptions.ExcludedClaims * devices), devices >= 3 ? 1 : 0);
    }
}
