using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Ftte.Diagnostics;

/// <summary>Defines the log messages of this project. Event IDs from 1000 are for the server, from 1050 for the device loop, up to 1099. Ftte.Privacy has those from 1060 to 1069.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "Started the server at version {Version} with {SelectedCount} of {ParameterCount} parameters selected.")]
    public static partial void ServerStarted(ILogger logger, ModelVersion version, int parameterCount, int selectedCount);

    [LoggerMessage(1001, LogLevel.Information, "Stopped the server at version {Version}. All queued updates were answered.")]
    public static partial void ServerStopped(ILogger logger, ModelVersion version);

    [LoggerMessage(1002, LogLevel.Information, "Published version {Version}.")]
    public static partial void Published(ILogger logger, ModelVersion version);

    [LoggerMessage(1003, LogLevel.Debug, "Published no version from the incomplete buffer: it contains too few updates, or the version was refused.")]
    public static partial void TooFewUpdates(ILogger logger);

    [LoggerMessage(1004, LogLevel.Information, "Changed the selection to {SelectionVersion} with {SelectedCount} parameters. Training requires {RequiredMemoryBytes} bytes on a device.")]
    public static partial void SelectionChanged(ILogger logger, SelectionVersion selectionVersion, int selectedCount, long requiredMemoryBytes);

    [LoggerMessage(1021, LogLevel.Information, "Changed the step scale to {StepScale}.")]
    public static partial void StepScaleChanged(ILogger logger, float stepScale);

    [LoggerMessage(1005, LogLevel.Debug, "Client {Client} requested work: {Outcome}.")]
    public static partial void CheckedOut(ILogger logger, ClientId client, CheckOutOutcome outcome);

    [LoggerMessage(1006, LogLevel.Debug, "Client {Client} submitted update {Id}, trained on version {BaseVersion}: {Outcome}, weight {Weight}.")]
    public static partial void Answered(ILogger logger, ClientId client, UpdateId id, ModelVersion baseVersion, UpdateOutcome outcome, double weight);

    [LoggerMessage(1007, LogLevel.Error, "The aggregator threw an exception for update {Id} of client {Client}. The call failed; the server continues.")]
    public static partial void AggregatorThrew(ILogger logger, Exception error, ClientId client, UpdateId id);

    [LoggerMessage(1008, LogLevel.Error, "The aggregator threw an exception while publishing an incomplete buffer. The server continues.")]
    public static partial void FlushThrew(ILogger logger, Exception error);

    [LoggerMessage(1009, LogLevel.Information, "Opened an importance survey of {Probes} devices at version {Version}.")]
    public static partial void SurveyOpened(ILogger logger, int probes, ModelVersion version);

    [LoggerMessage(1010, LogLevel.Information, "Closed the importance survey with {Answers} of {Probes} answers at version {Version}. Used for the next selection: {Counts}.")]
    public static partial void SurveyClosed(ILogger logger, int answers, int probes, ModelVersion version, bool counts);

    [LoggerMessage(1011, LogLevel.Warning, "Reselection {Turn} failed at version {Version}. The selection was not changed. {Reason}")]
    public static partial void NotReselected(ILogger logger, Exception error, long turn, ModelVersion version, string reason);

    [LoggerMessage(1017, LogLevel.Information, "Opened an evaluation of version {Version} by {Devices} devices.")]
    public static partial void EvaluationOpened(ILogger logger, ModelVersion version, int devices);

    [LoggerMessage(1018, LogLevel.Information, "Closed the evaluation of version {Version} with {Answers} of {Devices} answers: {Metric} {Value}. Best version so far: {IsBest}.")]
    public static partial void EvaluationClosed(ILogger logger, ModelVersion version, int answers, int devices, string metric, double value, bool isBest);

    [LoggerMessage(1030, LogLevel.Information, "Group {Group} in the evaluation of version {Version}: {Answers} answers, {Metric} {Value}.")]
    public static partial void GroupEvaluated(ILogger logger, string group, ModelVersion version, int answers, string metric, double value);

    [LoggerMessage(1019, LogLevel.Information, "Ended training, because {Metric} has not improved in {Patience} evaluations. No more training is assigned.")]
    public static partial void TrainingEnded(ILogger logger, string metric, int patience);

    [LoggerMessage(1029, LogLevel.Warning, "Ended training. No more training is assigned. {Reason}")]
    public static partial void ParticipationEnded(ILogger logger, string reason);

    [LoggerMessage(1020, LogLevel.Error, "The app's callback threw an exception for the evaluation of version {Version}. The server continues.")]
    public static partial void EvaluationCallbackThrew(ILogger logger, Exception error, ModelVersion version);

    [LoggerMessage(1031, LogLevel.Warning,
        "Rejected an evaluation of client {Client}: it has {Values} values, but the server has {Metrics} metrics. Set EvaluationOptions.Metrics to the metrics that devices send, in their order. Further rejections are not logged.")]
    public static partial void EvaluationMetricsDiffer(ILogger logger, ClientId client, int values, int metrics);

    /// <summary>Logs the reason why no version is published, and how to correct it.</summary>
    public static void Stalled(ILogger logger, Stall stall, TimeSpan leaseDuration)
    {
        switch (stall.Reason)
        {
            case StallReason.BufferCannotFill:
                BufferCannotFill(logger, stall.Elapsed, stall.Buffered, CapacityOf(stall), stall.Waiting, stall.Clients);
                break;
            case StallReason.NoUpdateAccepted:
                NoUpdateAccepted(logger, stall.Elapsed, stall.Updates, stall.MostFrequentRejection);
                break;
            case StallReason.NoClientEligible:
                NoClientEligible(logger, stall.Elapsed, stall.Requests, stall.MostFrequentDenial);
                break;
            case StallReason.NoRequest:
                NoRequest(logger, stall.Elapsed, stall.SinceRequest);
                break;
            case StallReason.NoProgress:
                string rejections = stall.Rejected == 0 ? "" : $", most often with {stall.MostFrequentRejection}";
                NoProgress(logger, stall.Elapsed, stall.SinceAccepted, stall.Buffered, CapacityOf(stall), stall.Requests, stall.Assignments, stall.Updates, stall.Rejected, rejections, leaseDuration);
                break;
            default:
                NoUpdateReceived(logger, stall.Elapsed, stall.Assignments, leaseDuration);
                break;
        }
    }

    [LoggerMessage(1013, LogLevel.Warning,
        "No version was published for {Elapsed}, because the remaining clients are too few to complete the buffer. It contains {Buffered} of {Capacity} updates; "
        + "{Waiting} of {Clients} known clients have used their share and wait for the next version. "
        + "Connect more clients, lower Capacity, raise MaxUpdatesPerClient, or set PublishTimeout to publish incomplete buffers.")]
    public static partial void BufferCannotFill(ILogger logger, TimeSpan elapsed, int buffered, string capacity, int waiting, int clients);

    [LoggerMessage(1014, LogLevel.Warning,
        "No version was published for {Elapsed}, because all {Updates} updates since the last version were rejected, most often with {Outcome}.")]
    public static partial void NoUpdateAccepted(ILogger logger, TimeSpan elapsed, long updates, UpdateOutcome outcome);

    [LoggerMessage(1015, LogLevel.Warning,
        "No version was published for {Elapsed}, because all {Requests} requests for work since the last version were denied, most often with {Outcome}.")]
    public static partial void NoClientEligible(ILogger logger, TimeSpan elapsed, long requests, CheckOutOutcome outcome);

    [LoggerMessage(1016, LogLevel.Warning,
        "No version was published for {Elapsed}: {Assignments} assignments were issued since the last version, and no update arrived. "
        + "Check whether devices finish within LeaseDuration ({LeaseDuration}) and reach the server.")]
    public static partial void NoUpdateReceived(ILogger logger, TimeSpan elapsed, long assignments, TimeSpan leaseDuration);

    [LoggerMessage(1026, LogLevel.Warning,
        "No version was published for {Elapsed}, because no device has sent a request for {SinceRequest}. Check whether devices are online and reach the server.")]
    public static partial void NoRequest(ILogger logger, TimeSpan elapsed, TimeSpan sinceRequest);

    [LoggerMessage(1027, LogLevel.Warning,
        "No version was published for {Elapsed}, because no update was accepted for {SinceAccepted}. The buffer contains {Buffered} of {Capacity} updates. "
        + "Since the last version, {Requests} requests for work led to {Assignments} assignments, and {Rejected} of {Updates} updates were rejected{Rejections}. "
        + "Check whether devices finish within LeaseDuration ({LeaseDuration}), and the reason of the rejections.")]
    public static partial void NoProgress(
        ILogger logger, TimeSpan elapsed, TimeSpan sinceAccepted, int buffered, string capacity, long requests, long assignments, long updates, long rejected, string rejections, TimeSpan leaseDuration);

    private static string CapacityOf(Stall stall) => stall.Capacity?.ToString(CultureInfo.InvariantCulture) ?? "an unknown number of";

    [LoggerMessage(1012, LogLevel.Warning, "Refused version {Refused} from {Updates} updates. Version {Version} remains current. {Reason}")]
    public static partial void VersionRefused(ILogger logger, ModelVersion refused, int updates, ModelVersion version, string reason);

    [LoggerMessage(1028, LogLevel.Warning, "Rolled back from version {Reverted} to the parameters of version {Earlier}.")]
    public static partial void RolledBack(ILogger logger, ModelVersion reverted, ModelVersion earlier);

    [LoggerMessage(1022, LogLevel.Information, "Resumed the stored run at version {Version} after replaying {Records} records.")]
    public static partial void Resumed(ILogger logger, ModelVersion version, long records);

    [LoggerMessage(1023, LogLevel.Error, "The store failed. Devices are answered with Busy and the commit is repeated until it succeeds; no acknowledged update is lost. {Reason}")]
    public static partial void StoreFailed(ILogger logger, Exception error, string reason);

    [LoggerMessage(1024, LogLevel.Information, "The store works again. The server continues.")]
    public static partial void StoreRecovered(ILogger logger);

    [LoggerMessage(1025, LogLevel.Critical, "The store failed for good. Devices are answered with Busy until the server is restarted; no acknowledged update is lost. {Reason}")]
    public static partial void StoreLost(ILogger logger, Exception error, string reason);

    [LoggerMessage(EventId = 1050, Message = "Client {Client} received no work: {Outcome}. Next check-out in {Wait}.")]
    public static partial void NoWork(ILogger logger, LogLevel level, ClientId client, CheckOutOutcome outcome, TimeSpan wait);

    [LoggerMessage(1051, LogLevel.Information, "Client {Client} completed a round on version {Version} in {Duration}: {Outcome}.")]
    public static partial void RoundCompleted(ILogger logger, ClientId client, ModelVersion version, TimeSpan duration, UpdateOutcome outcome);

    [LoggerMessage(1052, LogLevel.Warning, "The link of client {Client} broke: {Reason}")]
    public static partial void LinkBroke(ILogger logger, ClientId client, string reason);

    [LoggerMessage(1053, LogLevel.Debug, "Client {Client} scheduled attempt {Attempt} to submit update {Id} in {Wait}.")]
    public static partial void RetryScheduled(ILogger logger, ClientId client, UpdateId id, TimeSpan wait, int attempt);

    [LoggerMessage(1054, LogLevel.Information, "The loop of client {Client} ended because the server is shutting down.")]
    public static partial void LoopEnded(ILogger logger, ClientId client);

    [LoggerMessage(1055, LogLevel.Warning, "The link of client {Client} has been broken for {Duration}; {Attempts} calls failed: {Reason}")]
    public static partial void LinkStillBroken(ILogger logger, ClientId client, TimeSpan duration, int attempts, string reason);

    [LoggerMessage(1056, LogLevel.Information, "The link of client {Client} recovered after {Duration} and {Attempts} failed calls.")]
    public static partial void LinkRecovered(ILogger logger, ClientId client, TimeSpan duration, int attempts);

    [LoggerMessage(1057, LogLevel.Debug, "Call {Attempt} of client {Client} since the outage began failed.")]
    public static partial void CallFailed(ILogger logger, Exception error, ClientId client, int attempt);

    [LoggerMessage(1058, LogLevel.Debug, "Client {Client} started a round on version {Version}: {Content} of {SelectedCount} parameters.")]
    public static partial void RoundStarted(ILogger logger, ClientId client, ModelVersion version, UpdateContent content, int selectedCount);

    [LoggerMessage(1049, LogLevel.Warning, "Client {Client} cannot work on version {Version}: {Reason}")]
    public static partial void BudgetTooSmall(ILogger logger, ClientId client, ModelVersion version, string reason);

    [LoggerMessage(1059, LogLevel.Information, "Client {Client} does not take part now: {Reason}")]
    public static partial void NotEligible(ILogger logger, ClientId client, string reason);

    [LoggerMessage(1060, LogLevel.Information, "Client {Client} stopped its round: {Reason}")]
    public static partial void RoundStopped(ILogger logger, ClientId client, string reason);

    [LoggerMessage(1061, LogLevel.Debug, "Client {Client} asked to renew the lease of assignment {Id}. Renewed: {IsRenewed}.")]
    public static partial void LeaseRenewed(ILogger logger, ClientId client, UpdateId id, bool isRenewed);

    [LoggerMessage(1062, LogLevel.Debug, "Client {Client} did not renew the lease of assignment {Id}, because the call failed. The work continues.")]
    public static partial void LeaseNotRenewed(ILogger logger, Exception error, ClientId client, UpdateId id);

    [LoggerMessage(1063, LogLevel.Warning, "Client {Client} could not save its model. After a restart it downloads more. {Reason}")]
    public static partial void ModelNotSaved(ILogger logger, Exception error, ClientId client, string reason);

    [LoggerMessage(1064, LogLevel.Warning, "Client {Client} ignored its saved model and will download all parameters. {Reason}")]
    public static partial void ModelNotLoaded(ILogger logger, ClientId client, string reason);
}
