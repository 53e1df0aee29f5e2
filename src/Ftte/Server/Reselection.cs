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
    private readonly int _probes;
    private readonly SelectionChooser _chooser;
    private readonly AssignmentTerms _terms;
    private readonly DeviceRegistry _registry;
    private readonly bool _isRegistrationRequired;
    private readonly ILogger _logger;
    private readonly CancellationToken _stopping;
    private ModelVersion _current;
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
        (_terms, _registry, _isRegistrationRequired, _logger, _stopping) = (terms, registry, isRegistrationRequired, logger, stopping);
        _probes = options.ProbeCount;
        Survey = _probes > 0 ? new SurveyCollector(state, _probes) : null;
        _current = state.Feed.Current.Version;
        _chooser = new SelectionChooser(options, _current);
    }

    /// <summary>Gets the importance survey; null if no device is asked.</summary>
    public SurveyCollector? Survey { get; }

    /// <summary>Gets the latest result; null before the first reselection. Safe to read from any thread.</summary>
    public SelectionResult? Latest => _latest;

    public void Save(StateWriter writer) => _chooser.Save(writer);

    /// <summary>Loads the saved state. <see cref="Latest"/> is not part of it; its selection stays in effect.</summary>
    public void Load(ref StateReader reader) => _chooser.Load(ref reader, _current);

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
            Choose(_chooser.LastVersion);
        }
    }

    /// <summary>If a reselection is due, selects again or opens a survey. If a survey is still open, closes it and selects again.</summary>
    public void Published(ModelVersion version)
    {
        _current = version;
        if (!_chooser.IsDue(version))
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
            _chooser.LastVersion = version;
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

    private void EndSurvey(SurveyCollector collector)
    {
        ImportanceSurvey survey = collector.Close();
        bool isUsed = _chooser.TryUse(survey, _registry.Count);
        Log.SurveyClosed(_logger, survey.Count, _probes, _current, isUsed);
        Choose();
    }

    private void Choose()
    {
        ModelVersion lastVersion = _chooser.LastVersion;
        _chooser.Begin(_current);
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
            SelectionResult chosen = _chooser.Choose(_registry, _isRegistrationRequired, _stopping);
            long requiredMemoryBytes = chosen.RequiredMemoryBytes;
            SelectionVersion version = _terms.ChangeSelection(chosen.Selection, requiredMemoryBytes);
            _latest = chosen;
            Log.SelectionChanged(_logger, version, chosen.Selection.Count, requiredMemoryBytes);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The server stops. Restores the state, so that a server that continues from the saved state repeats this reselection.
            _chooser.Revert(lastVersion);
        }
#pragma warning disable CA1031 // Training continues with the current selection, whatever the error.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _terms.KeepSelection();
            Log.NotReselected(_logger, error, _chooser.Turn, _current, error.Message);
        }
    }
}
