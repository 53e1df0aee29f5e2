using Microsoft.Extensions.Logging;

namespace Ftte.Hosting;

/// <summary>Writes the log of hosted clients.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(3001, LogLevel.Error, "The hosted client ended, because the server refused it. The app continues. {Reason}")]
    public static partial void Refused(ILogger logger, Exception error, string reason);
}
