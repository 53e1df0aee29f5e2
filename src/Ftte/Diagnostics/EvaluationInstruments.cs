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

    public void Evaluated(int answers)
    {
        _evaluations.Add(1);
        _answers.Record(answers);
    }

    public void Record(string metric, double mean, Func<double, double> getQuantile)
    {
        var name = new KeyValuePair<string, object?>(FtteDiagnostics.MetricTag, metric);
        _mean.Record(mean, name);
        foreach (double level in Levels)
        {
            _quantile.Record(getQuantile(level), name, new KeyValuePair<string, object?>(FtteDiagnostics.QuantileTag, level.ToString(CultureInfo.InvariantCulture)));
        }
    }
}
