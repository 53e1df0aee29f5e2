using System.Globalization;
using System.Net;
using static Ftte.Http.Tests.TestCoordinator;
using static Ftte.Http.Tests.Uploads.UploadExchange;

namespace Ftte.Http.Tests.Uploads;

/// <summary>The requests of an upload that is continued, one by one.</summary>
public sealed class UploadProtocolTests : IDisposable
{
    private readonly DeviceFolder _devices = new();

    public void Dispose() => _devices.Dispose();

    [Fact]
    public async Task A_device_sees_and_continues_only_its_own_upload()
    {
        await using FederatedServer server = CreateServer(Layout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server, layout: Layout);
        using DeviceIdentity a = await _devices.EnrollAsync(coordinator, "a"), b = await _devices.EnrollAsync(coordinator, "b");
        using HttpClient asA = a.CreateClient(), asB = b.CreateClient();
        (Uri address, byte[] message) = await TrainedUpdate.EncodeAsync(coordinator, asA, "a", Layout);
        long offset = await SendPartAsync(asA, address, message);

        Assert.Equal(0, await GetOffsetAsync(asB, address));
        using HttpResponseMessage foreign = await PatchAsync(asB, address, offset, message.AsMemory((int)offset));
        Assert.Equal("upload-offset", await ReadProblemAsync(foreign, HttpStatusCode.Conflict));
        Assert.Equal("0", foreign.Headers.GetValues("Upload-Offset").Single());
        using HttpResponseMessage whole = await PatchAsync(asB, address, 0, message);
        Assert.Equal("foreign-client", await ReadProblemAsync(whole, HttpStatusCode.Forbidden));

        Assert.Equal(offset, await GetOffsetAsync(asA, address));
        Assert.Equal(UpdateOutcome.Published, await FinishAsync(asA, address, offset, message));
    }

    [Fact]
    public async Task A_request_that_does_not_continue_where_the_upload_stopped_is_rejected_with_the_right_offset()
    {
        await using FederatedServer server = CreateServer(Layout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server, layout: Layout);
        using DeviceIdentity a = await _devices.EnrollAsync(coordinator, "a");
        using HttpClient http = a.CreateClient();
        (Uri address, byte[] message) = await TrainedUpdate.EncodeAsync(coordinator, http, "a", Layout);
        long offset = await SendPartAsync(http, address, message);

        using HttpResponseMessage answer = await PatchAsync(http, address, offset + 1, message.AsMemory((int)offset + 1));

        Assert.Equal("upload-offset", await ReadProblemAsync(answer, HttpStatusCode.Conflict));
        Assert.Equal(offset.ToString(CultureInfo.InvariantCulture), answer.Headers.GetValues("Upload-Offset").Single());
        Assert.Equal(UpdateOutcome.Published, await FinishAsync(http, address, offset, message));
        Assert.Equal(UpdateOutcome.Duplicate, await FinishAsync(http, address, 0, message));
    }

    [Fact]
    public async Task A_new_request_of_the_device_ends_one_that_the_server_still_waits_for()
    {
        await using FederatedServer server = CreateServer(Layout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server, layout: Layout);
        using DeviceIdentity a = await _devices.EnrollAsync(coordinator, "a");
        using HttpClient http = a.CreateClient();
        (Uri address, byte[] message) = await TrainedUpdate.EncodeAsync(coordinator, http, "a", Layout);
        var started = new TaskCompletionSource();
        using var stalled = new PartialContent(message, 300_000, started, fails: false);
        Task<HttpResponseMessage> pending = PatchAsync(http, address, 0, stalled);
        await started.Task;

        // Until the server works on the first request, a later one can overtake it.
        long offset;
        do
        {
            offset = await GetOffsetAsync(http, address);
        }
        while (offset == 0 && !pending.IsCompleted);

        Assert.Equal(UpdateOutcome.Published, await FinishAsync(http, address, offset, message));
        using HttpResponseMessage ended = await pending;
        Assert.Equal("upload-offset", await ReadProblemAsync(ended, HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task After_a_restart_of_the_server_the_upload_starts_again()
    {
        await using FederatedServer server = CreateServer(Layout);
        Uri address;
        byte[] message;
        DeviceIdentity a;
        await using (TestCoordinator before = await StartWithIdentityAsync(server, identity => identity.Folder = _devices["state"], layout: Layout))
        {
            a = await _devices.EnrollAsync(before, "a");
            using HttpClient http = a.CreateClient();
            (address, message) = await TrainedUpdate.EncodeAsync(before, http, "a", Layout);
            Assert.True(await SendPartAsync(http, address, message) > 0);
        }

        await using TestCoordinator after = await StartWithIdentityAsync(server, identity => identity.Folder = _devices["state"], layout: Layout);
        using HttpClient again = a.CreateClient();
        address = after.At(address.AbsolutePath["/ftte/".Length..]);

        Assert.Equal(0, await GetOffsetAsync(again, address));
        Assert.Equal(UpdateOutcome.Published, await FinishAsync(again, address, 0, message));
        a.Dispose();
    }

    [Fact]
    public async Task Without_authentication_nothing_is_kept()
    {
        await using FederatedServer server = CreateServer(Layout);
        await using TestCoordinator coordinator = await StartAsync(server, Layout);
        using HttpClient http = CreateClient();
        (Uri address, byte[] message) = await TrainedUpdate.EncodeAsync(coordinator, http, "a", Layout);
        using var part = new PartialContent(message, 300_000, new TaskCompletionSource(), fails: true);
        await Assert.ThrowsAnyAsync<Exception>(() => PatchAsync(http, address, 0, part));

        Assert.Equal(0, await GetOffsetAsync(http, address));
        Assert.Equal(UpdateOutcome.Published, await FinishAsync(http, address, 0, message));
    }

    [Theory]
    [InlineData(null, "?1", "application/partial-upload", "bad-request", HttpStatusCode.BadRequest)]
    [InlineData("-1", "?1", "application/partial-upload", "bad-request", HttpStatusCode.BadRequest)]
    [InlineData("99999999999999999999", "?1", "application/partial-upload", "bad-request", HttpStatusCode.BadRequest)]
    [InlineData("0", null, "application/partial-upload", "bad-request", HttpStatusCode.BadRequest)]
    [InlineData("0", "?0", "application/partial-upload", "bad-request", HttpStatusCode.BadRequest)]
    [InlineData("0", "?1", "application/vnd.ftte", "media-type", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("5", "?1", "application/partial-upload", "upload-offset", HttpStatusCode.Conflict)]
    [InlineData("9223372036854775807", "?1", "application/partial-upload", "upload-offset", HttpStatusCode.Conflict)]
    public async Task A_part_that_is_not_valid_is_rejected_with_its_reason(string? offset, string? complete, string mediaType, string reason, HttpStatusCode status)
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartAsync(server, SmallLayout);
        using HttpClient http = CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Patch, coordinator.At("updates/00000000000000ab")) { Content = Content(new byte[100], mediaType) };
        request.Headers.Add("Ftte-Version", "1");
        Array.ForEach([("Upload-Offset", offset), ("Upload-Complete", complete)], header => request.Headers.TryAddWithoutValidation(header.Item1, header.Item2));

        using HttpResponseMessage response = await http.SendAsync(request);

        Assert.Equal(reason, await ReadProblemAsync(response, status));
    }

    [Fact]
    public async Task An_upload_that_is_too_long_or_no_message_is_rejected_and_not_kept()
    {
        await using FederatedServer server = CreateServer(Layout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server, layout: Layout);
        using DeviceIdentity a = await _devices.EnrollAsync(coordinator, "a");
        using HttpClient http = a.CreateClient();
        (Uri address, byte[] message) = await TrainedUpdate.EncodeAsync(coordinator, http, "a", Layout);

        using HttpResponseMessage tooLong = await PatchAsync(http, address, 0, new byte[message.Length + 2000]);
        Assert.Equal("too-large", await ReadProblemAsync(tooLong, HttpStatusCode.RequestEntityTooLarge));
        long offset = await SendPartAsync(http, address, message);
        using HttpResponseMessage changed = await PatchAsync(http, address, offset, new byte[message.Length - offset]);
        Assert.Equal("message-checksum", await ReadProblemAsync(changed, HttpStatusCode.BadRequest));
        Assert.Equal("?1", changed.Headers.GetValues("Upload-Complete").Single());

        Assert.Equal(0, await GetOffsetAsync(http, address));
        Assert.Equal(UpdateOutcome.Published, await FinishAsync(http, address, 0, message));
    }
}
