using Microsoft.Extensions.Logging;

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Defines the log messages of secure aggregation. Event IDs from 1060 to 1069.</summary>
internal static partial class SecureAggregationLog
{
    [LoggerMessage(1060, LogLevel.Information, "Formed cohort {Cohort} of {Members} devices for selection {SelectionVersion}. At least {Threshold} must remain.")]
    public static partial void Formed(ILogger logger, Guid cohort, int members, SelectionVersion selectionVersion, int threshold);

    [LoggerMessage(1061, LogLevel.Information, "Aggregated the sum of cohort {Cohort} from {Contributors} of {Members} devices.")]
    public static partial void Aggregated(ILogger logger, Guid cohort, int contributors, int members);

    [LoggerMessage(1062, LogLevel.Warning, "Cohort {Cohort} failed with {Refusal}. Its updates stay on their devices. {Reason}")]
    public static partial void Failed(ILogger logger, Guid cohort, CohortRefusal refusal, string reason);

    [LoggerMessage(1063, LogLevel.Warning, "Sent {Devices} devices away that waited for {Timeout}: the queue of selection {SelectionVersion} had fewer than {Threshold} devices.")]
    public static partial void SentAway(ILogger logger, int devices, TimeSpan timeout, SelectionVersion selectionVersion, int threshold);

    [LoggerMessage(1064, LogLevel.Debug, "The announcement of update {Id} by client {Client} was answered with {Outcome}.")]
    public static partial void Declined(ILogger logger, ClientId client, UpdateId id, UpdateOutcome outcome);

    [LoggerMessage(1065, LogLevel.Error, "The sum of cohort {Cohort} was computed, but could not be aggregated.")]
    public static partial void NotAggregated(ILogger logger, Exception error, Guid cohort);
}
