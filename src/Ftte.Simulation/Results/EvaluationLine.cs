using System.Text.Json.Serialization;

namespace Ftte.Simulation;

/// <summary>The line of an evaluation by devices. The lines of its answers follow.</summary>
internal sealed record EvaluationLine(long Ticks, long Version, int Requested, double ExampleCap, int Answers, EvaluationMetric[] Metrics)
{
    [JsonIgnore]
    public string? Fault =>
        Ticks < 0 || Version < 0 ? "the time or the version is negative"
        : Requested < 1 || Answers < 0 ? "the number of answers is negative"
        : !(ExampleCap >= 1 && double.IsFinite(ExampleCap)) ? "the cap of examples is less than 1"
        : Metrics.Length is < 1 or > EvaluationOptions.MaxMetrics ? $"there are not 1 to {EvaluationOptions.MaxMetrics} metrics" : null;

    public static EvaluationLine Of(DeviceEvaluation e) => new(
        e.Time.Ticks, e.Evaluation.Version.Number, e.Evaluation.RequestedAnswers, e.Evaluation.ExampleCap, e.Evaluation.Answers.Length, [.. e.Evaluation.Metrics]);

    /// <summary>Creates the evaluation.</summary>
    /// <exception cref="ArgumentException">An answer is not valid.</exception>
    public DeviceEvaluation ToEvaluation(IEnumerable<AnswerLine> answers) => new(
        new TimeSpan(Ticks),
        new FederatedEvaluation(new ModelVersion(Version), Requested, [.. Metrics], answers.Select(answer => answer.ToAnswer()), ExampleCap));
}
