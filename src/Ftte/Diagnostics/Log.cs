using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Ftte.Diagnostics;

/// <summary>What Ftte logs. Event ids 1000 to 1099 are this project's: the server's from 1000, the device loop's from 1050.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "Server starts at {Version} with {ParameterCount} parameters, {SelectedCount} of them selected.")]
    public static partial void ServerStarted(ILogger logger, ModelVersion version, int parameterCount, int selectedCount);

    [LoggerMessage(1001, LogLevel.Information, "Server stopped at {Version}; everything that was queued has been answered.")]
    public static partial void ServerStopped(ILogger logger, ModelVersion version);

    [LoggerMessage(1002, LogLevel.Information, "Published {Version}.")]
    public static partial void Published(ILogger logger, ModelVersion version);

    [LoggerMessage(1003, LogLevel.Debug, "A buffer waited for its time and held too little to be published; it waits on.")]
    public static partial void HeldTooLittle(ILogger logger);

    [LoggerMessage(1004, LogLevel.Information, "Selection {SelectionVersion} is in force: {SelectedCount} parameters, {RequiredMemoryBytes} bytes on a device.")]
    public static partial void SelectionChanged(ILogger logger, SelectionVersion selectionVersion, int selectedCount, long requiredMemoryBytes);

    [LoggerMessage(1005, LogLevel.Debug, "{Client} asked for work: {Outcome}.")]
    public static partial void CheckedOut(ILogger logger, ClientId client, CheckOutOutcome outcome);

    [LoggerMessage(1006, LogLevel.Debug, "{Client} submitted {Id}, trained on {BaseVersion}: {Outcome}, weight {Weight}.")]
    public static partial void Answered(ILogger logger, ClientId client, UpdateId id, ModelVersion baseVersion, UpdateOutcome outcome, double weight);

    [LoggerMessage(1007, LogLevel.Error, "The aggregator threw on {Id} of {Client}. That call fails; the server goes on.")]
    public static partial void AggregatorThrew(ILogger logger, Exception error, ClientId client, UpdateId id);

    [LoggerMessage(1008, LogLevel.Error, "The aggregator threw when it was to publish an incomplete buffer. The server goes on.")]
    public static partial void FlushThrew(ILogger logger, Exception error);

    [LoggerMessage(1009, LogLevel.Information, "At {Version}, {Probes} devices are asked what the blocks are worth.")]
    public static partial void SurveyOpened(ILogger logger, int probes, ModelVersion version);

    [LoggerMessage(1010, LogLevel.Information, "At {Version}, {Answers} of {Probes} devices have said what the blocks are worth; the next choice counts on it: {Counts}.")]
    public static partial void SurveyClosed(ILogger logger, int answers, int probes, ModelVersion version, bool counts);

    [LoggerMessage(1011, LogLevel.Warning, "At {Version}, choice {Turn} failed, and what is selected stays: {Reason}")]
    public static partial void NotReselected(ILogger logger, Exception error, long turn, ModelVersion version, string reason);

    /// <summary>Logs why no version is published, and what to do about it.</summary>
    public static void Stalled(ILogger logger, Stall stall, TimeSpan leaseDuration)
    {
        switch (stall.Reason)
        {
            case StallReason.BufferCannotFill:
                BufferCannotFill(logger, stall.Elapsed, stall.Buffered, stall.Capacity?.ToString(CultureInfo.InvariantCulture) ?? "an unknown number of", stall.Waiting, stall.Clients);
                break;
            case StallReason.NoUpdateAccepted:
                NoUpdateAccepted(logger, stall.Elapsed, stall.Updates, stall.MostFrequentRejection);
                break;
            case StallReason.NoClientEligible:
                NoClientEligible(logger, stall.Elapsed, stall.Requests, stall.MostFrequentDenial);
                break;
            default:
                NoUpdateReceived(logger, stall.Elapsed, stall.Assignments, leaseDuration);
                break;
        }
    }

    [LoggerMessage(1013, LogLevel.Warning,
        "No version was published for {Elapsed}, because too few clients are left to complete the buffer. It holds {Buffered} of {Capacity} updates; "
        + "{Waiting} of {Clients} known clients have used their share and wait for the next version. "
        + "Connect more clients, lower Capacity, raise MaxUpdatesPerClient, or set PublishTimeout to publish incomplete buffers.")]
    public static partial void BufferCannotFill(ILogger logger, TimeSpan elapsed, int buffered, string capacity, int waiting, int clients);

    [LoggerMessage(1014, LogLevel.Warning,
        "No version was published for {Elapsed}, because all {Updates} updates since the last version were rejected, most often with {Outcome}.")]
    public static partial void NoUpdateAccepted(ILogger logger, TimeSpan elapsed, long updates, UpdateOutcome outcome);

    [LoggerMessage(1015, LogLevel.Warning,
        "No version was published for {Elapsed}, because none of {Requests} requests for work was granted since the last version. Most often the answer was {Outcome}.")]
    public static partial void NoClientEligible(ILogger logger, TimeSpan elapsed, long requests, CheckOutOutcome outcome);

    [LoggerMessage(1016, LogLevel.Warning,
        "No version was published for {Elapsed}: {Assignments} assignments were issued since the last version, and no update arrived. "
        + "Check whether devices finish within LeaseDuration ({LeaseDuration}) and reach the server.")]
    public static partial void NoUpdateReceived(ILogger logger, TimeSpan elapsed, long assignments, TimeSpan leaseDuration);

    [LoggerMessage(1012, LogLevel.Warning, "Refused version {Refused} made from {Updates} updates; {Version} stays current. {Reason}")]
    public static partial void VersionRefused(ILogger logger, ModelVersion refused, int updates, ModelVersion version, string reason);

    [LoggerMessage(EventId = 1050, Message = "{Client} got no work: {Outcome}. Next check-out in {Wait}.")]
    public static partial void NoWork(ILogger logger, LogLevel level, ClientId client, CheckOutOutcome outcome, TimeSpan wait);

    [LoggerMessage(1051, LogLevel.Information, "{Client} worked on {Version} for {Duration}: {Outcome}.")]
    public static partial void RoundCompleted(ILogger logger, ClientId client, ModelVersion version, TimeSpan duration, UpdateOutcome outcome);

    [LoggerMessage(1052, LogLevel.Warning, "The link of {Client} broke: {Reason}")]
    public static partial void LinkBroke(ILogger logger, ClientId client, string reason);

    [LoggerMessage(1053, LogLevel.Debug, "{Client} submits {Id} again in {Wait}, attempt {Attempt}.")]
    public static partial void RetryScheduled(ILogger logger, ClientId client, UpdateId id, TimeSpan wait, int attempt);

    [LoggerMessage(1054, LogLevel.Information, "The server of {Client} is shutting down; the device loop ended.")]
    public static partial void LoopEnded(ILogger logger, ClientId client);

    [LoggerMessage(1055, LogLevel.Warning, "The link of {Client} has been broken for {Duration}, {Attempts} calls failed: {Reason}")]
    public static partial void LinkStillBroken(ILogger logger, ClientId client, TimeSpan duration, int attempts, string reason);

    [LoggerMessage(1056, LogLevel.Information, "The link of {Client} recovered after {Duration} and {Attempts} failed calls.")]
    public static partial void LinkRecovered(ILogger logger, ClientId client, TimeSpan duration, int attempts);

    [LoggerMessage(1057, LogLevel.Debug, "Call {Attempt} of {Client} since its link broke failed.")]
    public static partial void CallFailed(ILogger logger, Exception error, ClientId client, int attempt);

    [LoggerMessage(1058, LogLevel.Debug, "{Client} works on {Version}: {Content} of {SelectedCount} parameters.")]
    public static partial void RoundStarted(ILogger logger, ClientId client, ModelVersion version, UpdateContent content, int selectedCount);
}
