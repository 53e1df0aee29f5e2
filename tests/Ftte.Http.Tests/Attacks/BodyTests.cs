using System.Net;
using System.Net.Http.Headers;
using Ftte.Testing;
using Xunit.Abstractions;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Attacks;

/// <summary>Bodies that are endless, or announce more than they are.</summary>
[Collection(AloneCollection.Name)]
public sealed class BodyTests(ITestOutputHelper output)
{
    // The shared pool keeps one set of buffers per thread, whatever the number of requests. If every request kept its buffer of 512 KiB, the heap would grow by more than 30 MB.
    private const int Requests = 60, MaxGrowth = 24 << 20;
    private const string Put = "PUT /ftte/updates/00000000000000ab HTTP/1.1\r\nHost: localhost\r\nFtte-Version: 1\r\nContent-Type: application/vnd.ftte\r\n";

    // The longest message for 100,000 parameters has 400 KB; its buffer has 512 KiB.
    private static ParameterLayout Layout { get; } = ParameterLayout.Create(("all", [100_000]));

    [Theory]
    [InlineData("PUT", "application/vnd.ftte")]
    [InlineData("PATCH", "application/partial-upload")]
    public async Task Endless_bodies_are_cut_off_at_the_limit_and_cost_bounded_memory(string method, string mediaType)
    {
        await using TestCoordinator coordinator = await StartAsync(new ScriptedServer(), Layout);
        using HttpClient http = CreateClient();
        await SendAsync();
        var memory = new ProcessMemory(output);
        for (int i = 0; i < Requests; i++)
        {
            await SendAsync();
        }

        Assert.InRange(memory.Report($"{Requests} endless bodies"), long.MinValue, MaxGrowth);
        await coordinator.Connect(Layout).CheckOutAsync(new CheckOutRequest(new ClientId("honest"), 1, Layout.Fingerprint), new float[Layout.ParameterCount]);

        async Task SendAsync()
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), coordinator.At("updates/00000000000000ab")) { Content = new StreamContent(new EndlessStream()) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
            Array.ForEach([("Ftte-Version", "1"), ("Upload-Offset", "0"), ("Upload-Complete", "?1")], header => request.Headers.Add(header.Item1, header.Item2));
            try
            {
                using HttpResponseMessage response = await http.SendAsync(request);
                Assert.Equal("too-large", await ReadProblemAsync(response, HttpStatusCode.RequestEntityTooLarge));
            }
            catch (HttpRequestException)
            {
                // The server closed the connection while the client was still sending, which may hide the answer.
            }
        }
    }

    [Theory]
    [InlineData(Put + "Content-Length: 4611686018427387904\r\n\r\n", "413")]
    [InlineData(Put + "Content-Length: 99999999999999999999999\r\n\r\n", "400")]
    [InlineData(Put + "Content-Length: -1\r\n\r\n", "400")]
    [InlineData(Put + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n", "400")]
    [InlineData(Put + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400")]
    public async Task An_announced_length_that_is_not_possible_is_rejected(string request, string status)
    {
        await using TestCoordinator coordinator = await StartAsync(new ScriptedServer(), Layout);
        using RawConnection connection = await RawConnection.OpenAsync(coordinator.Address);

        await connection.SendAsync(request);

        Assert.StartsWith($"HTTP/1.1 {status} ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endless_headers_and_addresses_are_cut_off()
    {
        await using TestCoordinator coordinator = await StartAsync(new ScriptedServer(), Layout);
        foreach ((string start, string status) in new[] { ("GET /ftte/authority HTTP/1.1\r\nHost: localhost\r\nX: ", "431"), ("GET /ftte/", "414") })
        {
            using RawConnection connection = await RawConnection.OpenAsync(coordinator.Address);
            await connection.SendAsync(start);
            Task<string> answer = connection.ReadToEndAsync();

            await Assert.ThrowsAsync<IOException>(async () =>
            {
                while (true)
                {
                    await connection.SendAsync(new string('x', 4096));
                }
            });

            Assert.True((await answer) is { Length: 0 } or ['H', ..], start);
            Assert.Matches($"^(HTTP/1.1 {status} .*)?$", (await answer).Split('\r')[0]);
        }
    }

    [Fact]
    public async Task A_compressed_body_is_not_expanded()
    {
        await using TestCoordinator coordinator = await StartAsync(new ScriptedServer(), Layout);
        using HttpClient http = CreateClient();
        using var compressed = new MemoryStream();
        await using (var gzip = new System.IO.Compression.GZipStream(compressed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[10_000_000]);
        }

        ByteArrayContent content = Content(compressed.ToArray());
        content.Headers.ContentEncoding.Add("gzip");

        Assert.Equal("message-foreign", await RejectAsync(http, HttpStatusCode.BadRequest, HttpMethod.Put, coordinator.At("updates/00000000000000ab"), content));
    }

    private sealed class EndlessStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(buffer.Length);
    }
}
