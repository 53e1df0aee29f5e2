using System.Globalization;
using Ftte.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ftte.AspNetCore.Endpoints;

/// <summary>Wraps the handler of an endpoint: negotiates the protocol version, and answers every failure with problem details.</summary>
internal static class ProtocolEndpoint
{
    /// <summary>Creates an endpoint from a handler, which throws <see cref="ProblemException"/> or <see cref="WireFormatException"/> to reject a request.</summary>
    /// <param name="handle">The handler.</param>
    /// <param name="isVersioned">False for an endpoint that any HTTP client may call without a version.</param>
    public static RequestDelegate Create(Func<HttpContext, Task> handle, bool isVersioned = true) => async context =>
    {
        context.Response.Headers[HttpProtocol.VersionHeader] = HttpProtocol.Version.ToString(CultureInfo.InvariantCulture);
        RateLimitMark.Check(context);
        try
        {
            if (isVersioned)
            {
                CheckVersion(context.Request);
            }

            await handle(context).ConfigureAwait(false);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The device has gone; there is nobody to answer.
        }
        catch (ProblemException problem)
        {
            await Problem.WriteAsync(context, problem).ConfigureAwait(false);
        }
        catch (WireFormatException error)
        {
            await Problem.WriteAsync(context, new ProblemException(StatusCodes.Status400BadRequest, GetReason(error.Reason), error.Message)).ConfigureAwait(false);
        }
        catch (BadHttpRequestException error)
        {
            await Problem.WriteAsync(context, new ProblemException(error.StatusCode, HttpProtocol.BadRequestProblem, error.Message)).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Every failure of the server is answered, logged, and ends only this request.
        catch (Exception error)
#pragma warning restore CA1031
        {
            EndpointLog.Failed(context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Ftte.AspNetCore"), error, context.Request.Method, Printable.Of(context.Request.Path));
            await Problem.WriteAsync(context, new ProblemException(
                StatusCodes.Status500InternalServerError, "server-error", "The server failed. Its log states the reason. Repeat the request later.")).ConfigureAwait(false);
        }
    };

    private static void CheckVersion(HttpRequest request)
    {
        string? stated = request.Headers[HttpProtocol.VersionHeader];
        if (!int.TryParse(stated, NumberStyles.None, CultureInfo.InvariantCulture, out int version))
        {
            throw new ProblemException(
                StatusCodes.Status400BadRequest, HttpProtocol.VersionProblem, $"The header {HttpProtocol.VersionHeader} is '{Printable.Of(stated)}'. Send {HttpProtocol.VersionHeader}: {HttpProtocol.Version}.");
        }

        if (version != HttpProtocol.Version)
        {
            string older = version < HttpProtocol.Version ? "app on the device" : "server";
            throw new ProblemException(
                StatusCodes.Status400BadRequest, HttpProtocol.VersionProblem, $"The device speaks version {version} of the protocol, but the server speaks {HttpProtocol.Version}. Upgrade the {older}.");
        }
    }

    private static string GetReason(WireError error) => error switch
    {
        WireError.TooShort => "message-truncated",
        WireError.BadMagic => "message-foreign",
        WireError.UnsupportedVersion => "message-version",
        WireError.WrongKind => "message-kind",
        WireError.ChecksumMismatch => "message-checksum",
        WireError.LimitExceeded => "message-limit",
        WireError.Inconsistent => "message-inconsistent",
        _ => "message-value",
    };
}
