using System.Diagnostics.Metrics;
using Ftte.Diagnostics;
using Ftte.Selection;

namespace Ftte;

/// <summary>Records the metrics of the device loops in this process; see <see cref="FtteDiagnostics"/> for their meaning.</summary>
/// <remarks>Shared by all clients, because a client is not disposable and a meter per client would never be disposed.</remarks>
internal static class ClientMetrics
{
    private static readonly Meter Meter = new(FtteDiagnostics.MeterName);
    private static readonly Counter<long> Rounds = Meter.CreateCounter<long>(FtteDiagnostics.ClientRounds, "{round}", "Rounds of the device loop.");
    private static readonly Counter<long> Retries = Meter.CreateCounter<long>(FtteDiagnostics.ClientRetries, "{attempt}", "Updates submitted again.");
    private static readonly Histogram<double> CheckOutDuration = CreateDuration(FtteDiagnostics.ClientCheckOutDuration, "Duration of check-outs.");
    private static readonly Histogram<double> TrainDuration = CreateDuration(FtteDiagnostics.ClientTrainDuration, "Duration of training.");
    private static readonly Histogram<double> SubmitDuration = CreateDuration(FtteDiagnostics.ClientSubmitDuration, "Duration of submissions.");
    private static readonly Counter<long> LinkFailures = Meter.CreateCounter<long>(FtteDiagnostics.ClientLinkFailures, "{call}", "Failed calls to the server.");
    private static readonly Gauge<int> ConsecutiveFailures = Meter.CreateGauge<int>(FtteDiagnostics.ClientConsecutiveFailures, "{call}", "Failed calls since the latest successful one.");
    private static readonly Gauge<long> AcceptedVersion = Meter.CreateGauge<long>(FtteDiagnostics.ClientAcceptedVersion, "{version}", "Base version of the latest accepted update.");

    public static void LinkFailed(int consecutive)
    {
        LinkFailures.Add(1);
        ConsecutiveFailures.Record(consecutive);
    }

    public static void LinkRecovered() => ConsecutiveFailures.Record(0);

    public static void RoundEnded(in ClientRound round)
    {
        Rounds.Add(1, round.Error is BudgetTooSmallException ? OutcomeTags.Of(FtteDiagnostics.BudgetTooSmallOutcome)
            : round.Error is not null ? OutcomeTags.Of(FtteDiagnostics.LinkBrokenOutcome)
            : round.Receipt is { } receipt ? OutcomeTags.Of(receipt.Outcome)
            : OutcomeTags.Of(round.Outcome));
        CheckOutDuration.Record(round.CheckOutDuration.TotalSeconds);
        if (round.Version is not { } version || round.Error is BudgetTooSmallException)
        {
            return;
        }

        TrainDuration.Record(round.TrainDuration.TotalSeconds);
        SubmitDuration.Record(round.SubmitDuration.TotalSeconds);
        Retries.Add(round.Retries);
        if (round.IsAccepted)
        {
            AcceptedVersion.Record(version.Number);
        }
    }

    private static Histogram<double> CreateDuration(string name, string description) => Meter.CreateHistogram(
        name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 600, 1800, 3600] });
}
