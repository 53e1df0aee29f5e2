using Ftte.Diagnostics;
using Ftte.Selection;
using Ftte.State;
using Microsoft.Extensions.Logging;

namespace Ftte;

/// <summary>Chooses anew what is trained: every so many versions, by what devices say the blocks are worth.</summary>
/// <remarks>
/// Called by the queue's reader only, so nothing is folded in between a choice and its announcement. The desk, which asks the devices, keeps the
/// survey's book under its own lock. Depends on versions and answers alone: the same run chooses the same.
/// </remarks>
internal sealed class Reselection
{
    private readonly ReselectionOptions _options;
    private readonly AssignmentDispatcher _dispatcher;
    private readonly DeviceRegistry _registry;
    private readonly bool _isRegistrationRequired;
    private readonly ILogger _logger;
    private readonly CancellationToken _stopping;
    private BlockImportance _importance;
    private ModelVersion _since;
    private ModelVersion _current;
    private long _turn;
    private volatile SelectionResult? _latest;

    /// <param name="options">The options.</param>
    /// <param name="desk">Asks the devices and announces selections.</param>
    /// <param name="registry">Knows the devices' budgets.</param>
    /// <param name="isRegistrationRequired">Whether all devices are registered.</param>
    /// <param name="start">The current version.</param>
    /// <param name="logger">The logger.</param>
    /// <param name="stopping">Canceled when the server stops; a selection that is being made then is given up.</param>
    public Reselection(
        ReselectionOptions options, AssignmentDispatcher desk, DeviceRegistry registry, bool isRegistrationRequired, ModelVersion start, ILogger logger, CancellationToken stopping)
    {
        (_options, _dispatcher, _registry, _isRegistrationRequired, _logger, _stopping) = (options, desk, registry, isRegistrationRequired, logger, stopping);
        _importance = options.Importance;
        _since = _current = start;
    }

    /// <summary>Gets the latest choice; null before the first. May be read from any thread.</summary>
    public SelectionResult? Latest => _latest;

    public void Save(StateWriter writer)
    {
        writer.Values(_importance.Values.AsSpan());
        writer.Int64(_since.Number);
        writer.Int64(_turn);
    }

    /// <summary>Reads what was saved. The latest choice itself is not part of it: its selection is in force.</summary>
    public void Load(ref StateReader reader)
    {
        _importance = LoadImportance(ref reader, _importance.Layout);
        _since = new ModelVersion(reader.Int64("version of the last choice", max: _current.Number));
        _turn = reader.Int64("number of choices");
    }

    /// <summary>Reads past what was saved by a server that chose anew, for one that does not.</summary>
    public static void Skip(ref StateReader reader, ParameterLayout layout)
    {
        LoadImportance(ref reader, layout);
        reader.Int64("version of the last choice");
        reader.Int64("number of choices");
    }

    /// <summary>Chooses or asks, if it is time.</summary>
    public void Published(ModelVersion version)
    {
        _current = version;
        if (version - _since < _options.EveryVersions)
        {
            return;
        }

        if (_options.Probes == 0)
        {
            Choose();
        }
        else if (!_dispatcher.TryOpenSurvey())
        {
            EndSurvey();
        }
        else
        {
            _since = version;
            Log.SurveyOpened(_logger, _options.Probes, version);
        }
    }

    /// <summary>Notes what a device says; chooses when it was the last one to be asked.</summary>
    public UpdateOutcome Answer(SparseUpdate update)
    {
        UpdateOutcome outcome = _dispatcher.Answer(update.Header, update.Values.Span, out bool completes);
        if (completes)
        {
            EndSurvey();
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

    private void EndSurvey()
    {
        ImportanceSurvey survey = _dispatcher.CloseSurvey();

        // Too few answers are too easily led astray: a robust median needs a crowd.
        bool counts = survey.Count >= _options.Probes - survey.Count;
        if (counts)
        {
            _importance = survey.Combine();
        }

        Log.SurveyClosed(_logger, survey.Count, _options.Probes, _current, counts);
        Choose();
    }

    private void Choose()
    {
        ModelVersion since = _since;
        _since = _current;
        _turn++;
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
            SelectionVersion version = _dispatcher.ChangeSelection(chosen.Selection, requiredMemoryBytes);
            _latest = chosen;
            Log.SelectionChanged(_logger, version, chosen.Selection.Count, requiredMemoryBytes);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The server stops. Nothing is kept of the choice, so that a server that goes on from the saved state makes it.
            (_since, _turn) = (since, _turn - 1);
        }
#pragma warning disable CA1031 // Whatever goes wrong, training goes on with what is selected.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.NotReselected(_logger, error, _turn, _current, error.Message);
        }
    }

    /// <summary>Counts the devices that may be left out. Budgets of unregistered devices are claims, so that no single one of them may decide for all.</summary>
    private int CountExcluded(int devices)
    {
        if (_options.ExcludedShare is { } share)
        {
            return (int)(share * devices);
        }

        return _isRegistrationRequired ? 0 : Math.Max((int)(ReselectionOptions.ExcludedClaims * devices), devices >= 3 ? 1 : 0);
    }
}
