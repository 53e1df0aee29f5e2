using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Ftte.Diagnostics;

/// <summary>Provides the instruments of evaluations; see <see cref="FtteDiagnostics"/> for their meaning.</summary>
internal sealed class EvaluationInstruments(Meter meter)
{
    private static readonly double[] Levels = [0.1, 0.5, 0.9];

    private readonly Counter<long> _evaluations = meter.CreateCounter<long>(FtteDiagnostics.Evaluations, "{evaluation}", "Evaluations closed.");
    private readonly Gauge<int> _answers = meter.CreateGauge<int>(FtteDiagnostics.EvaluationAnswers, "{answer}", "Answers of the latest evaluation.");
    private readonly Gauge<double> _mean = meter.CreateGauge<double>(FtteDiagnostics.EvaluationMean, "1", "Weighted mean of a metric in the latest evaluation.");
    private readonly Gauge<double> _quantile = meter.CreateGauge<double>(FtteDiagnostics.EvaluationQuantile, "1", "Quantile over devices of a metric in the latest evaluation.");
    private readonly Gauge<int> _maxFalseAnswers = meter.CreateGauge<int>(FtteDiagnostics.EvaluationMaxFalseAnswers, "{answer}", "Maximum number of false answers with which the quantile lies in the range of the honest ones.");

    public void Evaluated(int answers)
    {
        _evaluations.Add(1);
        _answers.Record(answers);
    }

    /// <summary>Records the statistics of a metric.</summary>
    /// <param name="metric">The name of the metric.</param>
    /// <param name="group">The name of the group of devices; null for all devices.</param>
    /// <param name="statistics">The statistics.</param>
    public void Record(string metric, string? group, MetricStatistics statistics)
    {
        var tags = new TagList { { FtteDiagnostics.MetricTag, metric } };
        if (group is not null)
        {
            tags.Add(FtteDiagnostics.GroupTag, group);
        }

        _mean.Record(statistics.Mean, tags);
        foreach (double level in Levels)
        {
            TagList withLevel = tags;
            withLevel.Add(FtteDiagnostics.QuantileTag, level.ToString(CultureInfo.InvariantCulture));
            _quantile.Record(statistics.GetQuantile(level), withLevel);
            _maxFalseAnswers.Record(statistics.GetMaxFalseAnswers(level), withLevel);
        }
    }
}
