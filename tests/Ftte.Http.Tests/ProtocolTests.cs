using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using Ftte.Testing;
using Ftte.Wire;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests;

/// <summary>What is not a valid request is rejected with a problem that has a stable type, and costs no memory in proportion to what it announces.</summary>
public sealed class ProtocolTests
{
    private static readonly UpdateHeader Header = new(new ClientId("a"), new UpdateId(0xAB), SmallLayout.Fingerprint, default, default, 1);

    private static byte[] Update { get; } = Write(writer =>
    {
        using SparseUpdate update = SparseUpdate.Create(Header, new float[17]);
        UpdateMessage.Write(writer, update, ValueFormat.Float32, 0);
    });

    private static byte[] CheckOut { get; } = Write(writer => CheckOutRequestMessage.Write(writer, new CheckOutRequest(new ClientId("a"), 1, SmallLayout.Fingerprint)));

    public static TheoryData<string, string, HttpStatusCode, byte[], string> BadMessages => new()
    {
        { "check-out", "message-truncated", HttpStatusCode.BadRequest, CheckOut[..20], "application/vnd.ftte" },
        { "check-out", "message-foreign", HttpStatusCode.BadRequest, "{\"hello\": 1}"u8.ToArray(), "application/vnd.ftte" },
        { "check-out", "message-kind", HttpStatusCode.BadRequest, Write(writer => ReceiptMessage.Write(writer, new UpdateReceipt(UpdateOutcome.Busy, default))), "application/vnd.ftte; charset=x" },
        { "check-out", "message-version", HttpStatusCode.BadRequest, Changed(CheckOut, 4, 2), "application/vnd.ftte" },
        { "check-out", "message-checksum", HttpStatusCode.BadRequest, Changed(CheckOut, 30, 9), "application/vnd.ftte" },
        { "check-out", "message-inconsistent", HttpStatusCode.BadRequest, Changed(CheckOut, 12, 1), "application/vnd.ftte" },
        { "check-out", "message-truncated", HttpStatusCode.BadRequest, [], "application/vnd.ftte" },
        { "check-out", "media-type", HttpStatusCode.UnsupportedMediaType, CheckOut, "application/json" },
        { "check-out", "too-large", HttpStatusCode.RequestEntityTooLarge, new byte[1000], "application/vnd.ftte" },
        { "updates/00000000000000ab", "message-checksum", HttpStatusCode.BadRequest, Changed(Update, 90, 9), "application/vnd.ftte" },
        { "updates/00000000000000ab", "message-limit", HttpStatusCode.BadRequest, Changed(Update, 18, 64), "application/vnd.ftte" },
        { "updates/00000000000000ac", "update-id", HttpStatusCode.BadRequest, Update, "application/vnd.ftte" },
        { "updates/AB", "update-id", HttpStatusCode.BadRequest, Update, "application/vnd.ftte" },
        { "updates/00000000000000ab", "too-large", HttpStatusCode.RequestEntityTooLarge, new byte[1 << 20], "application/vnd.ftte" },
    };

    [Theory]
    [MemberData(nameof(BadMessages))]
    public async Task A_request_that_is_not_valid_is_rejected_with_its_reason(string path, string reason, HttpStatusCode status, byte[] body, string mediaType)
    {
        var server = new ScriptedServer();
        await using TestCoordinator coordinator = await StartAsync(server, SmallLayout);
        using HttpClient http = CreateClient();
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);

        Assert.Equal(reason, await RejectAsync(http, status, path == "check-out" ? HttpMethod.Post : HttpMethod.Put, coordinator.At(path), content));

        Assert.Empty(server.Devices);
        Assert.Empty(server.Updates);
        using HttpResponseMessage next = await SendAsync(http, HttpMethod.Post, coordinator.At("check-out"), Content(CheckOut));
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Theory]
    [InlineData(null, "Send Ftte-Version: 1")]
    [InlineData("latest", "Send Ftte-Version: 1")]
    [InlineData("2", "Upgrade the server")]
    [InlineData("0", "Upgrade the app on the device")]
    public async Task A_device_of_another_protocol_version_learns_what_to_upgrade(string? version, string advice)
    {
        await using TestCoordinator coordinator = await StartAsync(new ScriptedServer(), SmallLayout);
        using HttpClient http = CreateClient();

        using HttpResponseMessage response = await SendAsync(http, HttpMethod.Post, coordinator.At("check-out"), Content(CheckOut), version);

        Assert.Contains(advice, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("protocol-version", await ReadProblemAsync(response, HttpStatusCode.BadRequest));
        Assert.Equal("1", response.Headers.GetValues("Ftte-Version").Single());
    }

    [Fact]
    public async Task A_device_that_is_too_old_ends_its_loop_and_one_that_is_too_new_tries_again()
    {
        await using TestCoordinator coordinator = await StartAsync(new ScriptedServer(), SmallLayout);
        foreach ((string speaks, string answers, Type expected) in new[] { ("0", "2", typeof(NotSupportedException)), ("2", "1", typeof(ServerProblemException)) })
        {
            using HttpClient http = CreateClient(outer: new VersionHandler(speaks, answers));
            HttpFederatedServer proxy = coordinator.Connect(http, SmallLayout);

            Exception error = await Assert.ThrowsAnyAsync<Exception>(async () => await proxy.CheckOutAsync(new CheckOutRequest(new ClientId("a"), 1, 1), new float[17]));

            Assert.IsType(expected, error);
            Assert.Contains("Upgrade the", error.Message, StringComparison.Ordinal);
        }
    }

    private static byte[] Write(Action<IBufferWriter<byte>> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        write(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] Changed(byte[] message, int at, byte value)
    {
        byte[] changed = [.. message];
        changed[at] = value;
        return changed;
    }

    private sealed class VersionHandler(string speaks, string answers) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Remove("Ftte-Version");
            request.Headers.Add("Ftte-Version", speaks);
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            response.Headers.Remove("Ftte-Version");
            response.Headers.Add("Ftte-Version", answers);
            return response;
        }
    }
}
