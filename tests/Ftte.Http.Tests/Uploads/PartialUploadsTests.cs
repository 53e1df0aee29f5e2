using Ftte.AspNetCore.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Ftte.Http.Tests.Uploads;

/// <summary>The memory for uploads that were interrupted.</summary>
public sealed class PartialUploadsTests
{
    private const int BlockBytes = 4096;

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task The_memory_is_bounded_and_the_oldest_upload_is_removed()
    {
        var uploads = new PartialUploads(3 * BlockBytes, TimeSpan.FromMinutes(1), _time);
        foreach (string device in new[] { "a", "b", "c", "d" })
        {
            await KeepAsync(uploads, device, 1, 1000);
        }

        Assert.Equal(3 * BlockBytes, uploads.RetainedBytes);
        Assert.Equal(0, await LengthAsync(uploads, "a"));
        Assert.Equal(1000, await LengthAsync(uploads, "b"));
        Assert.Equal(1000, await LengthAsync(uploads, "d"));
    }

    [Fact]
    public async Task An_upload_that_exceeds_the_memory_is_not_kept()
    {
        var uploads = new PartialUploads(3 * BlockBytes, TimeSpan.FromMinutes(1), _time);

        await KeepAsync(uploads, "a", 1, 3 * BlockBytes);

        Assert.Equal(0, uploads.RetainedBytes);
        Assert.Equal(0, await LengthAsync(uploads, "a"));
    }

    [Fact]
    public async Task A_device_has_one_upload()
    {
        var uploads = new PartialUploads(100 * BlockBytes, TimeSpan.FromMinutes(1), _time);
        for (ulong update = 1; update <= 10; update++)
        {
            await KeepAsync(uploads, "a", update, 1000);
        }

        Assert.Equal(BlockBytes, uploads.RetainedBytes);
        Assert.Equal(1000, await LengthAsync(uploads, "a", 10));
        Assert.Equal(0, await LengthAsync(uploads, "a", 9));
        Assert.Equal(0, uploads.RetainedBytes);
    }

    [Fact]
    public async Task An_upload_expires_after_its_lifetime_without_a_request()
    {
        var uploads = new PartialUploads(100 * BlockBytes, TimeSpan.FromMinutes(1), _time);
        await KeepAsync(uploads, "a", 1, 1000);
        await KeepAsync(uploads, "b", 1, 1000);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(1000, await LengthAsync(uploads, "a"));
        _time.Advance(TimeSpan.FromSeconds(59));

        Assert.Equal(1000, await LengthAsync(uploads, "a"));
        Assert.Equal(0, await LengthAsync(uploads, "b"));
        Assert.Equal(BlockBytes, uploads.RetainedBytes);
    }

    [Fact]
    public async Task An_upload_that_is_finished_is_removed()
    {
        var uploads = new PartialUploads(100 * BlockBytes, TimeSpan.FromMinutes(1), _time);
        PartialUpload upload = await uploads.TakeAsync("a", new UpdateId(1), default);
        await AppendAsync(upload, 1000);

        uploads.Return(upload, keep: false);

        Assert.Equal(0, uploads.RetainedBytes);
        Assert.Equal(0, await LengthAsync(uploads, "a"));
    }

    [Fact]
    public async Task A_second_request_interrupts_the_first_and_gets_what_it_has_read()
    {
        var uploads = new PartialUploads(100 * BlockBytes, TimeSpan.FromMinutes(1), _time);
        PartialUpload first = await uploads.TakeAsync("a", new UpdateId(1), default);
        await AppendAsync(first, 700);
        Task<PartialUpload> second = uploads.TakeAsync("a", new UpdateId(1), default);
        Assert.True(first.Interrupted.IsCancellationRequested);
        Assert.False(second.IsCompleted);

        uploads.Return(first, keep: true);

        Assert.Equal(700, (await second).Body.Length);
        Assert.False((await second).Interrupted.IsCancellationRequested);
    }

    private static async Task KeepAsync(PartialUploads uploads, string device, ulong update, int bytes)
    {
        PartialUpload upload = await uploads.TakeAsync(device, new UpdateId(update), default);
        await AppendAsync(upload, bytes);
        uploads.Return(upload, keep: true);
    }

    private static async Task<int> LengthAsync(PartialUploads uploads, string device, ulong update = 1)
    {
        PartialUpload upload = await uploads.TakeAsync(device, new UpdateId(update), default);
        int length = upload.Body.Length;
        uploads.Return(upload, keep: true);
        return length;
    }

    private static Task AppendAsync(PartialUpload upload, int bytes)
    {
        var context = new DefaultHttpContext { Request = { ContentType = "application/partial-upload", Body = new MemoryStream(new byte[bytes]) } };
        return upload.Body.AppendAsync(context, "application/partial-upload", 1 << 20, default);
    }
}
