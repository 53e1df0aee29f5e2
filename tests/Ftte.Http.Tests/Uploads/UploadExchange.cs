using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Ftte.Wire;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Uploads;

/// <summary>Sends the requests of an upload one by one.</summary>
internal static class UploadExchange
{
    public static ParameterLayout Layout { get; } = ParameterLayout.Create(("all", [500_000]));

    /// <summary>Sends the start of an update and ends the request; returns what the server kept.</summary>
    public static async Task<long> SendPartAsync(HttpClient http, Uri address, byte[] message)
    {
        while (true)
        {
            using var content = new PartialContent(message, 300_000, new TaskCompletionSource(), fails: true);
            await Assert.ThrowsAnyAsync<Exception>(() => PatchAsync(http, address, 0, content));
            if (await GetOffsetAsync(http, address) is > 0 and var offset)
            {
                return offset;
            }
        }
    }

    public static async Task<long> GetOffsetAsync(HttpClient http, Uri address)
    {
        using HttpResponseMessage response = await SendAsync(http, HttpMethod.Head, address);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("?0", response.Headers.GetValues("Upload-Complete").Single());
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        Assert.Contains("max-age=600", response.Headers.GetValues("Upload-Limit").Single(), StringComparison.Ordinal);
        return long.Parse(response.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture);
    }

    public static async Task<UpdateOutcome> FinishAsync(HttpClient http, Uri address, long offset, byte[] message)
    {
        using HttpResponseMessage response = await PatchAsync(http, address, offset, message.AsMemory((int)offset));
        Assert.Equal("?1", response.Headers.GetValues("Upload-Complete").Single());
        return ReceiptMessage.Read(await response.Content.ReadAsByteArrayAsync()).Outcome;
    }

    public static Task<HttpResponseMessage> PatchAsync(HttpClient http, Uri address, long offset, ReadOnlyMemory<byte> rest) => PatchAsync(http, address, offset, new ReadOnlyMemoryContent(rest));

    public static async Task<HttpResponseMessage> PatchAsync(HttpClient http, Uri address, long offset, HttpContent rest)
    {
        rest.Headers.ContentType = new MediaTypeHeaderValue("application/partial-upload");
        using var request = new HttpRequestMessage(HttpMethod.Patch, address) { Content = rest, Version = http.DefaultRequestVersion };
        request.Headers.Add("Ftte-Version", "1");
        request.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Upload-Complete", "?1");
        return await http.SendAsync(request);
    }
}
