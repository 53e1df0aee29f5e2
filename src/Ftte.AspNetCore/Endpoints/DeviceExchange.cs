using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Ftte.AspNetCore.Endpoints;

/// <summary>Compares the client of a request with its authentication, reads its address, and sends answers, for all calls of devices.</summary>
/// <param name="clientIdClaim">The type of the claim with the client ID.</param>
/// <param name="traffic">Counts the bytes.</param>
internal sealed class DeviceExchange(string clientIdClaim, EndpointTraffic traffic)
{
    public EndpointTraffic Traffic => traffic;

    /// <summary>Returns the authenticated client ID; null without authentication.</summary>
    public string? FindClient(HttpContext context) => context.User.Identity?.IsAuthenticated == true ? context.User.FindFirstValue(clientIdClaim) : null;

    /// <summary>Rejects a message that names another client than the one that was authenticated. Without authentication, the ID is not verified; see <c>docs/open-server.md</c>.</summary>
    public void CheckClient(HttpContext context, ClientId client)
    {
        if (context.User.Identity?.IsAuthenticated == true && FindClient(context) is var authenticated && authenticated != client.Value)
        {
            throw new ProblemException(
                StatusCodes.Status403Forbidden, "foreign-client", $"The message names the client '{client}', but the device is authenticated as '{Printable.Of(authenticated)}'. Use the ID of the certificate or token.");
        }
    }

    /// <summary>Reads the ID of an assignment, also that of its update, from the address.</summary>
    public static UpdateId ReadId(HttpContext context)
    {
        string? id = context.Request.RouteValues["id"] as string;
        return ulong.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value) && id.Length == 2 * sizeof(ulong)
            ? new UpdateId(value)
            : throw new ProblemException(StatusCodes.Status400BadRequest, HttpProtocol.BadRequestProblem, $"'{Printable.Of(id)}' is not the ID of an assignment. Send 16 hexadecimal digits.");
    }

    /// <summary>Reads the client ID from the query.</summary>
    public static ClientId ReadClient(HttpRequest request)
    {
        try
        {
            return new ClientId(request.Query[HttpProtocol.ClientParameter].ToString());
        }
        catch (ArgumentException error)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, HttpProtocol.BadRequestProblem, $"The client in the query is not valid. {error.Message}");
        }
    }

    public async Task AnswerAsync(HttpContext context, ReadOnlyMemory<byte> message, TimeSpan? retryAfter)
    {
        traffic.Sent(message.Length);
        Problem.SetRetryAfter(context.Response, retryAfter);
        context.Response.ContentType = HttpProtocol.MessageType;
        context.Response.ContentLength = message.Length;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.BodyWriter.WriteAsync(message, context.RequestAborted).ConfigureAwait(false);
    }
}
