using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ftte.AspNetCore.Endpoints;

/// <summary>Writes problem details (RFC 9457) and logs their reasons.</summary>
internal static class Problem
{
    /// <summary>Ends a request with problem details, unless a response has begun.</summary>
    public static async Task WriteAsync(HttpContext context, ProblemException problem)
    {
        context.RequestServices?.GetService<EndpointStatistics>()?.Rejected(problem.Reason);
        ILogger? logger = context.RequestServices?.GetService<ILoggerFactory>()?.CreateLogger("Ftte.AspNetCore");
        if (logger is not null)
        {
            EndpointLog.Rejected(logger, context.Request.Method, Printable.Of(context.Request.Path), problem.Status, problem.Reason, problem.Message);
        }

        if (context.Response.HasStarted)
        {
            return;
        }

        context.Response.StatusCode = problem.Status;
        context.Response.ContentType = HttpProtocol.ProblemType;
        SetRetryAfter(context.Response, problem.RetryAfter);
        var body = new ArrayBufferWriter<byte>();
        Format(body, problem);
        context.Response.ContentLength = body.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(body.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Sets the Retry-After header, in whole seconds, rounded up.</summary>
    public static void SetRetryAfter(HttpResponse response, TimeSpan? wait)
    {
        if (wait is { } time)
        {
            response.Headers.RetryAfter = ((long)Math.Ceiling(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }
    }

    private static void Format(ArrayBufferWriter<byte> body, ProblemException problem)
    {
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("type", HttpProtocol.ProblemPrefix + problem.Reason);
        json.WriteString("title", ReasonPhrases.GetReasonPhrase(problem.Status));
        json.WriteNumber("status", problem.Status);
        json.WriteString("detail", problem.Message);
        json.WriteEndObject();
    }
}
