using Microsoft.Extensions.Logging;

namespace Ftte.Orleans;

/// <summary>Writes the log of clusters.</summary>
internal static partial class ClusterLog
{
    [LoggerMessage(1070, LogLevel.Information, "Shard {Shard} of federation '{Federation}' was activated with {Updates} updates in buffer {Buffer} and {Clients} clients.")]
    public static partial void ShardActivated(ILogger logger, int shard, string federation, int updates, long buffer, int clients);

    [LoggerMessage(1071, LogLevel.Warning, "Shard {Shard} of federation '{Federation}' could not use the database and repeats. {Reason}")]
    public static partial void ShardRepeats(ILogger logger, int shard, string federation, string reason);

    [LoggerMessage(1072, LogLevel.Error, "Shard {Shard} of federation '{Federation}' failed and ends. The next activation reads the database again.")]
    public static partial void ShardFailed(ILogger logger, Exception error, int shard, string federation);

    [LoggerMessage(1073, LogLevel.Information, "Published version {Version} of federation '{Federation}' from buffer {Buffer} with {Updates} updates.")]
    public static partial void Published(ILogger logger, ModelVersion version, string federation, long buffer, int updates);

    [LoggerMessage(1074, LogLevel.Warning, "Refused the version of buffer {Buffer} of federation '{Federation}'. {Reason}")]
    public static partial void Refused(ILogger logger, long buffer, string federation, string reason);

    [LoggerMessage(1075, LogLevel.Information, "Discarded the result of buffer {Buffer} of federation '{Federation}', because another publisher ended it.")]
    public static partial void PublishedElsewhere(ILogger logger, long buffer, string federation);

    [LoggerMessage(1076, LogLevel.Warning, "The publisher of federation '{Federation}' failed and repeats. {Reason}")]
    public static partial void PublisherRepeats(ILogger logger, string federation, string reason);

    [LoggerMessage(1077, LogLevel.Warning, "Federation '{Federation}' answered a device with Busy, because shard {Shard} cannot be reached. {Reason}")]
    public static partial void ShardUnavailable(ILogger logger, string federation, int shard, string reason);

    [LoggerMessage(1078, LogLevel.Warning, "Federation '{Federation}' cannot be read from the database. {Reason}")]
    public static partial void ReadFailed(ILogger logger, string federation, string reason);

    [LoggerMessage(1079, LogLevel.Debug, "Publisher of federation '{Federation}' did not answer. {Reason}")]
    public static partial void PublisherSilent(ILogger logger, string federation, string reason);
}
