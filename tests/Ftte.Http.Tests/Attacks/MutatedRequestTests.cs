using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Xunit.Abstractions;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Attacks;

/// <summary>Requests that were changed at random. A million with FTTE_LONG=1 in the environment.</summary>
[Collection(AloneCollection.Name)]
public sealed class MutatedRequestTests(ITestOutputHelper output)
{
    private const int MaxGrowth = 32 << 20;

    // Error codes of HTTP/2, RFC 9113, section 7.
    private const long ProtocolError = 0x1, EnhanceYourCalm = 0xb;

    private static int Requests => LongMode.IsOn ? 1_000_000 : 1_500;

    private static int RawRequests => LongMode.IsOn ? 20_000 : 200;

    [Fact]
    public async Task Changed_methods_addresses_headers_and_bodies_are_answered_without_a_failure_of_the_server()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server, identity => (identity.Limits.MaxConcurrentRequests, identity.Limits.RequestsPerSecond, identity.Limits.Burst) = (1000, 1_000_000, 1_000_000));
        using var devices = new DeviceFolder();
        using DeviceIdentity identity = await devices.EnrollAsync(coordinator, "a");
        using HttpClient http = identity.CreateClient();
        (Uri address, byte[] update) = await TrainedUpdate.EncodeAsync(coordinator, http, "a", SmallLayout);
        var memory = new ProcessMemory(output);
        var statuses = new ConcurrentDictionary<HttpStatusCode, int>();
        var refused = new ConcurrentDictionary<long, int>();

        await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            using HttpRequestMessage request = Create(coordinator, address, update, new Random(i));
            HttpResponseMessage sent;
            try
            {
                sent = await http.SendAsync(request, CancellationToken.None);
            }
            catch (HttpRequestException exception) when (exception.InnerException is HttpProtocolException { ErrorCode: ProtocolError or EnhanceYourCalm } reset)
            {
                // Kestrel ends a stream whose path has a null character (%00) with PROTOCOL_ERROR, and few others, in long runs, with ENHANCE_YOUR_CALM, its limit of streams that clients end early.
                // A failure of an endpoint would be INTERNAL_ERROR.
                refused.AddOrUpdate(reset.ErrorCode, 1, (_, count) => count + 1);
                return;
            }

            using HttpResponseMessage response = sent;
            statuses.AddOrUpdate(response.StatusCode, 1, (_, count) => count + 1);
            string text = await response.Content.ReadAsStringAsync(CancellationToken.None);
            Assert.True(response.StatusCode < HttpStatusCode.InternalServerError, $"Request {i}: {response.StatusCode} {text}");
        });

        output.WriteLine(string.Join(", ", statuses.OrderBy(pair => pair.Key).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{(int)pair.Key}: {pair.Value:N0}"))));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Streams that Kestrel ended: {refused.GetValueOrDefault(ProtocolError):N0} with PROTOCOL_ERROR, {refused.GetValueOrDefault(EnhanceYourCalm):N0} with ENHANCE_YOUR_CALM."));
        Assert.InRange(refused.Values.Sum(), 0, Requests / 1000);
        Assert.InRange(memory.Report($"{Requests:N0} changed requests"), long.MinValue, MaxGrowth);
        await HonestDevice.TrainAsync(coordinator.Connect(http, SmallLayout), SmallLayout, "a");
    }

    [Fact]
    public async Task Changed_bytes_of_HTTP_itself_end_only_their_connection()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartAsync(server, SmallLayout);
        using HttpClient http = CreateClient();
        (Uri address, byte[] update) = await TrainedUpdate.EncodeAsync(coordinator, http, "a", SmallLayout);
        byte[] request =
        [
            .. Encoding.ASCII.GetBytes($"PUT {address.AbsolutePath} HTTP/1.1\r\nHost: localhost\r\nFtte-Version: 1\r\nConnection: close\r\nContent-Type: application/vnd.ftte\r\nContent-Length: {update.Length}\r\n\r\n"),
            .. update,
        ];
        var memory = new ProcessMemory(output);
        for (int i = 0; i < RawRequests; i++)
        {
            using RawConnection connection = await RawConnection.OpenAsync(coordinator.Address);
            await connection.SendAsync(RequestMutation.Mutate(request, new Random(i)));
            connection.EndSending();

            string answer = await connection.ReadToEndAsync();

            Assert.False(answer.StartsWith("HTTP/1.1 500 ", StringComparison.Ordinal), $"Request {i}: {answer}");
        }

        Assert.InRange(memory.Report($"{RawRequests:N0} requests with changed bytes"), long.MinValue, MaxGrowth);
        await HonestDevice.TrainAsync(coordinator.Connect(SmallLayout), SmallLayout);
    }

    private static HttpRequestMessage Create(TestCoordinator coordinator, Uri update, byte[] message, Random random)
    {
        (string Method, string Path, string MediaType)[] calls =
        [
            ("POST", "check-out", "application/vnd.ftte"),
            ("PUT", $"updates/{update.Segments[^1]}", "application/vnd.ftte"),
            ("HEAD", $"updates/{update.Segments[^1]}", ""),
            ("PATCH", $"updates/{update.Segments[^1]}", "application/partial-upload"),
            ("POST", $"leases/{update.Segments[^1]}?client=a", ""),
            ("GET", $"blobs/{new string('a', 64)}", ""),
            ("POST", "enroll", "application/pkcs10"),
            ("POST", "renew", "application/pkcs10"),
        ];
        (string method, string path, string mediaType) = calls[random.Next(calls.Length)];
        var headers = new Dictionary<string, string>
        {
            ["Ftte-Version"] = "1",
            ["Upload-Offset"] = "0",
            ["Upload-Complete"] = "?1",
            ["Authorization"] = $"Ftte-Token {new string('0', 64)}",
            ["Range"] = "bytes=5-",
            ["If-Range"] = $"\"{new string('a', 64)}\"",
        };
        byte[] body = message;
        switch (random.Next(5))
        {
            case 0:
                path = RequestMutation.Mutate(path, random);
                break;
            case 1:
                mediaType = RequestMutation.Mutate(mediaType, random);
                break;
            case 2:
                string name = headers.Keys.ElementAt(random.Next(headers.Count));
                headers[name] = RequestMutation.Mutate(headers[name], random);
                break;
            case 3:
                method = calls[random.Next(calls.Length)].Method;
                break;
            default:
                body = RequestMutation.Mutate(body, random);
                break;
        }

        var request = new HttpRequestMessage(new HttpMethod(method), coordinator.At(path)) { Version = HttpVersion.Version20 };
        if (method is not ("GET" or "HEAD"))
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        }

        foreach ((string header, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        return request;
    }
}
