using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Ftte.Wire;

namespace Ftte.LoadTest;

/// <summary>Makes the calls of devices, one at a time, with little work: downloads are read and not decoded.</summary>
internal sealed class DeviceConnection(HttpClient http, ParameterLayout layout, bool downloads)
{
    private readonly ArrayBufferWriter<byte> _request = new();
    private readonly byte[] _received = new byte[64 * 1024];
    private byte[] _update = [];

    /// <summary>Checks out, and downloads the parameters that the device lacks.</summary>
    /// <exception cref="HttpRequestException">The call failed.</exception>
    public async Task<CheckOutOutcome> CheckOutAsync(SimulatedDevice device)
    {
        _request.ResetWrittenCount();
        CheckOutRequestMessage.Write(_request, new CheckOutRequest(device.Client, 1 << 20, layout.Fingerprint, device.Held?.Version, HeldFingerprint: device.Held?.Fingerprint ?? 0));
        byte[]? answer = await ExchangeAsync(device, HttpMethod.Post, HttpProtocol.CheckOutPath, _request.WrittenMemory);
        if (answer is null)
        {
            return CheckOutOutcome.Busy;
        }

        CheckOutResponse response = CheckOutReferenceMessage.Read(answer, layout.ParameterCount, out BlobReference blob, WireLimits.For(layout));
        if (response.Assignment is { } assignment)
        {
            if (downloads && assignment.Refreshed.Count > 0)
            {
                await DownloadAsync(device, blob);
                device.Held = (assignment.Version, assignment.ModelFingerprint);
            }

            device.Assignment = assignment;
        }

        return response.Outcome;
    }

    /// <summary>Submits an update that answers the device's assignment.</summary>
    /// <exception cref="HttpRequestException">The call failed.</exception>
    public async Task<UpdateOutcome> SubmitAsync(SimulatedDevice device, UpdateTemplate template)
    {
        if (_update.Length != template.Length)
        {
            _update = new byte[template.Length];
        }

        template.Write(_update, device.Assignment!);
        byte[]? answer = await ExchangeAsync(device, HttpMethod.Put, HttpProtocol.UpdatePath + device.Assignment!.UpdateId, _update);
        return answer is null ? UpdateOutcome.Busy : ReceiptMessage.Read(answer).Outcome;
    }

    private static HttpRequestMessage CreateRequest(SimulatedDevice device, HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation(HttpProtocol.VersionHeader, HttpProtocol.Version.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("Authorization", device.Token);
        return request;
    }

    /// <summary>Sends a message and returns the answer; null if the server is busy.</summary>
    private async Task<byte[]?> ExchangeAsync(SimulatedDevice device, HttpMethod method, string path, ReadOnlyMemory<byte> message)
    {
        using HttpRequestMessage request = CreateRequest(device, method, path);
        request.Content = new ReadOnlyMemoryContent(message);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(HttpProtocol.MessageType);
        using HttpResponseMessage response = await http.SendAsync(request);
        if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
        {
            return null;
        }

        return response.IsSuccessStatusCode
            ? await response.Content.ReadAsByteArrayAsync()
            : throw new HttpRequestException($"{method} {path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
    }

    private async Task DownloadAsync(SimulatedDevice device, BlobReference blob)
    {
        using HttpRequestMessage request = CreateRequest(device, HttpMethod.Get, HttpProtocol.BlobPath + blob.Sha256);
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await using Stream body = await response.Content.ReadAsStreamAsync();
        while (await body.ReadAsync(_received) > 0)
        {
        }
    }
}
