using Microsoft.Extensions.Logging;

namespace Ftte.AspNetCore.Endpoints;

/// <summary>Writes the log of the endpoints. No message contains a token, a key or a certificate request.</summary>
internal static partial class EndpointLog
{
    [LoggerMessage(2001, LogLevel.Information, "Rejected {Method} {Path} with {Status} {Reason}: {Detail}")]
    public static partial void Rejected(ILogger logger, string method, string path, int status, string reason, string detail);

    [LoggerMessage(2002, LogLevel.Error, "{Method} {Path} failed.")]
    public static partial void Failed(ILogger logger, Exception error, string method, string path);

    [LoggerMessage(2003, LogLevel.Warning, "The limits per device have no effect, because the app does not call UseRateLimiter. Call app.UseRateLimiter() before the endpoints are mapped.")]
    public static partial void NoRateLimiter(ILogger logger);
}
