using Ftte.Diagnostics;
using Ftte.Serialization;
using Microsoft.Extensions.Logging;

namespace Ftte;

/// <summary>Asks devices to evaluate a version every number of versions, tracks the best version, and ends training when the model has stopped improving.</summary>
/// <remarks>
/// Called only by the reader of the update queue, as <see cref="Reselection"/> is. Check-outs ask the devices, so that the answers are guarded by the lock of <see cref="DispatchState"/>.
/// </remarks>
internal sealed class VersionEvaluation
{
    private readonly EvaluationOptions _options;
    private readonly DispatchState _state;
    private readonly Lazy<EvaluationInstruments> _instruments;
    private readonly ILogger _logger;
    private readonly EvaluationProgress _progress;
    private ModelVersion _lastVersion;
    private volatile FederatedEvaluation? _latest;
    private volatile bool _isTrainingEnded;
    private bool _hasLoggedMismatch;

    /// <param name="options">The options.</param>
    /// <param name="state">The clients, which are asked, and the current version, which is evaluated first.</param>
    /// <param name="createInstruments">Creates the instruments when the first evaluation closes.</param>
    /// <param name="logger">The logger.</param>
    public VersionEvaluation(EvaluationOptions options, DispatchState state, Func<EvaluationInstruments> createInstruments, ILogger logger)
    {
        (_options, _state, _instruments, _logger) = (options, state, new Lazy<EvaluationInstruments>(createInstruments), logger);
        _lastVersion = state.Feed.Current.Version;
        _progress = new EvaluationProgress(options, state.Layout);
        Collector = new EvaluationCollector(state, options);
    }

    /// <summary>Gets the collector of answers.</summary>
    public EvaluationCollector Collector { get; }

    /// <summary>Gets the latest closed evaluation; null before the first. Safe to read from any thread.</summary>
    public FederatedEvaluation? Latest => _latest;

    /// <summary>Gets the best version; null if none is kept. Safe to read from any thread.</summary>
    public ModelSnapshot? BestModel => _progress.BestModel;

    /// <summary>Gets a value that indicates whether training has ended. Safe to read from any thread.</summary>
    public bool IsTrainingEnded => _isTrainingEnded;

    public void LogStart(ModelVersion start) => Log.EvaluationOpened(_logger, start, _options.Devices);

    /// <summary>If an evaluation is due, closes the one that is still open, and opens the next.</summary>
    public void Published(ModelSnapshot model)
    {
        if (model.Version - _lastVersion < _options.EveryVersions)
        {
            return;
        }

        Close();
        _lastVersion = model.Version;
        Collector.Open(model);
        Log.EvaluationOpened(_logger, model.Version, _options.Devices);
    }

    /// <summary>Adds the answer of a device. Closes the evaluation if it was the last requested answer.</summary>
    public UpdateOutcome Answer(SparseUpdate update) => Answer(update, _options.GroupOf);

    /// <summary>Repeats a recorded answer.</summary>
    /// <param name="update">The answer.</param>
    /// <param name="group">The group in which it was counted; null for none.</param>
    public UpdateOutcome Replay(SparseUpdate update, string? group) => Answer(update, _ => group);

    private UpdateOutcome Answer(SparseUpdate update, Func<ClientId, string?>? groupOf)
    {
        UpdateOutcome outcome = Collector.Answer(update.Header, update.Values, groupOf, out bool completes);
        if (outcome == UpdateOutcome.LengthMismatch && !_hasLoggedMismatch)
        {
            // All devices of an app send the same metrics, so one message suffices.
            _hasLoggedMismatch = true;
            Log.EvaluationMetricsDiffer(_logger, update.Header.Client, update.Values.Length, _options.Metrics.Count);
        }

        if (completes)
        {
            Close();
        }

        return outcome;
    }

    public void Save(StateWriter writer) => EvaluationState.WriteSection(writer, section =>
    {
        section.Int64(_lastVersion.Number);
        _progress.Save(section);
    });

    /// <summary>Reads the saved state. <see cref="Latest"/> is not part of it.</summary>
    public void Load(ReadOnlySpan<byte> section)
    {
        var reader = new StateReader(section);
        _lastVersion = new ModelVersion(reader.Int64("version of the last evaluation"));
        _progress.Load(ref reader);
        EndTrainingIfDue();
    }

    private void Close()
    {
        if (Collector.Close() is not var (model, result))
        {
            return;
        }

        _latest = result;
        _instruments.Value.Evaluated(result.Answers.Length);
        foreach (EvaluationMetric metric in result.Metrics)
        {
            foreach (string? group in result.Groups.Prepend(null))
            {
                if (result.GetStatistics(metric.Name, group) is { } statistics)
                {
                    _instruments.Value.Record(metric.Name, group, statistics);
                }
            }
        }

        bool isBest = result.IsConclusive && _progress.Add(result, model);
        Log.EvaluationClosed(_logger, result.Version, result.Answers.Length, result.RequestedAnswers, _options.WatchedMetric, result.Answers.IsEmpty ? double.NaN : _progress.Watch(result), isBest);
        foreach (string group in result.Groups)
        {
            Log.GroupEvaluated(_logger, group, result.Version, result.GetStatistics(_options.WatchedMetric, group)!.Count, _options.WatchedMetric, _progress.Watch(result, group));
        }

        EndTrainingIfDue();
        Notify(result);
    }

    private void EndTrainingIfDue()
    {
        if (_progress.IsOutOfPatience && !_isTrainingEnded)
        {
            _isTrainingEnded = true;
            _state.EndTraining();
            Log.TrainingEnded(_logger, _options.WatchedMetric, _options.Patience!.Value);
        }
    }

    private void Notify(FederatedEvaluation result)
    {
        try
        {
            _options.Evaluated?.Invoke(result);
        }
#pragma warning disable CA1031 // Training continues, whatever the app's callback throws.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.EvaluationCallbackThrew(_logger, error, result.Version);
        }
    }
}
