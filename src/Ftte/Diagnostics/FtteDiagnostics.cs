using System.Diagnostics;

namespace Ftte.Diagnostics;

/// <summary>Provides the names of the metrics and traces of Ftte. The names are part of the public API.</summary>
/// <remarks>Times are in seconds, sizes in bytes. No tag contains a client ID, because that would create a time series per device.</remarks>
public static class FtteDiagnostics
{
    /// <summary>The name of the meter of all metrics.</summary>
    public const string MeterName = "Ftte";

    /// <summary>The name of the source of all activities.</summary>
    public const string ActivitySourceName = "Ftte";

    /// <summary>Counter: updates that were answered, with <see cref="OutcomeTag"/>. If the aggregator throws, the update is logged and not counted.</summary>
    public const string Updates = "ftte.updates";

    /// <summary>Counter: versions published.</summary>
    public const string Publications = "ftte.publications";

    /// <summary>Histogram: versions between an accepted update's base and the server's current version at aggregation.</summary>
    public const string UpdateAge = "ftte.update.age";

    /// <summary>Histogram: the weights of aggregated updates.</summary>
    public const string UpdateWeight = "ftte.update.weight";

    /// <summary>Histogram: seconds to aggregate an update, including publication.</summary>
    public const string FoldDuration = "ftte.fold.duration";

    /// <summary>Gauge: updates waiting for the aggregator.</summary>
    public const string QueueLength = "ftte.queue.length";

    /// <summary>Gauge: devices at work, by their leases.</summary>
    public const string Leases = "ftte.leases";

    /// <summary>Counter: requests for work that were answered, with <see cref="OutcomeTag"/>.</summary>
    public const string CheckOuts = "ftte.checkouts";

    /// <summary>Counter: versions that were refused by the version guard or because they were not finite.</summary>
    public const string Refusals = "ftte.refusals";

    /// <summary>Counter: warnings that no version can be published; the log states the reason.</summary>
    public const string Stalls = "ftte.stalls";

    /// <summary>Counter: evaluations by devices that have closed.</summary>
    public const string Evaluations = "ftte.evaluations";

    /// <summary>Gauge: the number of answers of the latest evaluation.</summary>
    public const string EvaluationAnswers = "ftte.evaluation.answers";

    /// <summary>Gauge: the weighted mean of a metric in the latest evaluation, with <see cref="MetricTag"/>; for a group of devices also with <see cref="GroupTag"/>.</summary>
    public const string EvaluationMean = "ftte.evaluation.mean";

    /// <summary>Gauge: a quantile over devices of a metric in the latest evaluation, with <see cref="MetricTag"/> and <see cref="QuantileTag"/>: 0.1, 0.5 and 0.9; for a group of devices also with <see cref="GroupTag"/>.</summary>
    public const string EvaluationQuantile = "ftte.evaluation.quantile";

    /// <summary>Gauge: the maximum number of false answers with which <see cref="EvaluationQuantile"/> lies in the range of the honest ones, with the same tags; 0 if one false answer can choose it.</summary>
    public const string EvaluationMaxFalseAnswers = "ftte.evaluation.quantile.max_false_answers";

    /// <summary>The name of the tag with the name of an <see cref="EvaluationMetric"/>.</summary>
    public const string MetricTag = "metric";

    /// <summary>The name of the tag with the group of devices, as of <see cref="EvaluationOptions.GroupOf"/>; absent for all devices. At most <see cref="EvaluationOptions.MaxGroups"/> groups and one for the others.</summary>
    public const string GroupTag = "group";

    /// <summary>The name of the tag of a meter with the name of its server, if the server has a name and the container an <c>IMeterFactory</c>.</summary>
    public const string FederationTag = "ftte.federation";

    /// <summary>The name of the tag with the level of a quantile.</summary>
    public const string QuantileTag = "quantile";

    /// <summary>Gauge: seconds since the last version was published, or since the server started.</summary>
    public const string PublicationAge = "ftte.publication.age";

    /// <summary>Gauge: clients that have used their share of the buffer and receive no training until the next version.</summary>
    public const string WaitingClients = "ftte.clients.waiting";

    /// <summary>
    /// Counter: rounds of the device loop, with <see cref="OutcomeTag"/>: the name of the <see cref="UpdateOutcome"/> if there was work, of the
    /// <see cref="CheckOutOutcome"/> if there was none, <see cref="LinkBrokenOutcome"/>, or <see cref="BudgetTooSmallOutcome"/>.
    /// </summary>
    public const string ClientRounds = "ftte.client.rounds";

    /// <summary>Histogram: seconds that a device waited for the answer to a check-out.</summary>
    public const string ClientCheckOutDuration = "ftte.client.checkout.duration";

    /// <summary>Histogram: seconds that a device trained, measured importance, or evaluated, in one round.</summary>
    public const string ClientTrainDuration = "ftte.client.train.duration";

    /// <summary>Histogram: seconds from the first attempt to submit an update to its receipt, or to the last attempt.</summary>
    public const string ClientSubmitDuration = "ftte.client.submit.duration";

    /// <summary>Counter: retries of a device to submit an update.</summary>
    public const string ClientRetries = "ftte.client.retries";

    /// <summary>Counter: calls of a device to the server that failed because the link broke.</summary>
    public const string ClientLinkFailures = "ftte.client.link.failures";

    /// <summary>Gauge: calls of a device to the server that failed since the latest one that succeeded. If a process has several clients, of the client that reported last.</summary>
    public const string ClientConsecutiveFailures = "ftte.client.link.consecutive_failures";

    /// <summary>Gauge: the version of the model that the latest accepted update of a device was trained on.</summary>
    public const string ClientAcceptedVersion = "ftte.client.accepted_version";

    /// <summary>The value of <see cref="OutcomeTag"/> of rounds that failed because the link to the server broke.</summary>
    public const string LinkBrokenOutcome = "LinkBroken";

    /// <summary>The value of <see cref="OutcomeTag"/> of rounds whose work takes more memory than the device has.</summary>
    public const string BudgetTooSmallOutcome = "BudgetTooSmall";

    /// <summary>The name of the tag with the name of an <see cref="UpdateOutcome"/> or a <see cref="CheckOutOutcome"/>.</summary>
    public const string OutcomeTag = "outcome";

    /// <summary>Activity: the server answers a request for work. Tagged with the outcome.</summary>
    public const string CheckOutActivity = "ftte.checkout";

    /// <summary>Activity: an update waits in the server's queue and is aggregated. Tagged with the outcome.</summary>
    public const string SubmitActivity = "ftte.submit";

    /// <summary>Activity: a device trains one assignment.</summary>
    public const string TrainActivity = "ftte.train";

    /// <summary>Activity: a device measures the importance of each block.</summary>
    public const string ProbeActivity = "ftte.probe";

    /// <summary>Activity: a device evaluates a version.</summary>
    public const string EvaluateActivity = "ftte.evaluate";

    internal static ActivitySource Source { get; } = new(ActivitySourceName);
}
