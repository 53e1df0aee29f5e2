using Ftte.Serialization;

namespace Ftte;

/// <summary>Tracks the best version by the watched metric, and the number of evaluations since.</summary>
internal sealed class EvaluationProgress(EvaluationOptions options, ParameterLayout layout)
{
    private readonly bool _isHigherBetter = options.Metrics[EvaluationOptions.IndexOf(options.Metrics, options.WatchedMetric)].IsHigherBetter;
    private double? _best;
    private int _withoutImprovement;
    private volatile ModelSnapshot? _bestModel;

    /// <summary>Gets the best version; null if none was evaluated, or if it is not kept. Safe to read from any thread.</summary>
    public ModelSnapshot? BestModel => _bestModel;

    /// <summary>Gets a value that indicates whether the model has not improved for as many evaluations as the options allow.</summary>
    public bool IsOutOfPatience => _withoutImprovement >= options.Patience;

    /// <summary>Returns the value of the watched metric over all answers, or over those of a group.</summary>
    public double Watch(FederatedEvaluation evaluation, string? group = null)
    {
        MetricStatistics statistics = evaluation.GetStatistics(options.WatchedMetric, group)!;
        return options.WatchedQuantile is { } level ? statistics.GetQuantile(level) : statistics.Mean;
    }

    /// <summary>Adds a conclusive evaluation.</summary>
    /// <returns>True if the version is the best one.</returns>
    public bool Add(FederatedEvaluation evaluation, ModelSnapshot model)
    {
        double value = Watch(evaluation);
        bool isBetter = _best is not { } best || (_isHigherBetter ? value > best + options.MinImprovement : value < best - options.MinImprovement);
        _withoutImprovement = isBetter ? 0 : _withoutImprovement + 1;
        if (isBetter)
        {
            _best = value;
            _bestModel = options.KeepBest ? model : null;
        }

        return isBetter;
    }

    public void Save(StateWriter writer)
    {
        writer.Text(Describe());
        writer.Flag(_best is not null);
        writer.Double(_best ?? 0);
        writer.Int32(_withoutImprovement);
        EvaluationState.WriteModel(writer, _bestModel);
    }

    /// <summary>Reads the saved progress.</summary>
    /// <exception cref="ArgumentException">The state was captured with another watched metric.</exception>
    public void Load(ref StateReader reader)
    {
        EvaluationState.CheckSame("watched metric", reader.Text("watched metric"), Describe());
        bool hasBest = reader.Flag("flag of a best version");
        double best = reader.Finite("best value");
        _best = hasBest ? best : null;
        _withoutImprovement = reader.Int32("number of evaluations without an improvement");
        ModelSnapshot? model = EvaluationState.ReadModel(ref reader, layout);
        _bestModel = options.KeepBest ? model : null;
    }

    private string Describe() => options.WatchedMetric
        + (options.WatchedQuantile is { } level ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $" at quantile {level}") : " in the mean");
}
