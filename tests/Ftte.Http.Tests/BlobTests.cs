using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Ftte.AspNetCore;
using Ftte.AspNetCore.Blobs;
using Ftte.Wire;
using Microsoft.Extensions.Time.Testing;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests;

public sealed class BlobTests
{
    private static readonly HttpFederatedServerOptions AtOnce = new() { WorkWait = TimeSpan.Zero, TransferBackoff = TimeSpan.Zero };

    private static ParameterLayout Layout { get; } = ParameterLayout.Create(("all", [50_000]));

    private static float[] Model { get; } = [.. Enumerable.Range(0, 50_000).Select(i => (float)i)];

    private static CheckOutRequest Device(string client = "a", ParameterLayout? layout = null) => new(new ClientId(client), 1 << 20, (layout ?? Layout).Fingerprint);

    [Fact]
    public async Task A_blob_can_be_cached_and_read_in_ranges()
    {
        await using FederatedServer server = CreateServer(Layout);
        await using TestCoordinator coordinator = await StartAsync(server, Layout);
        await coordinator.Connect(Layout, AtOnce).CheckOutAsync(Device(), new float[Layout.ParameterCount]);
        byte[] bytes = MemoryMarshal.AsBytes<float>(Model).ToArray();
        string digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        using HttpClient http = CreateClient();
        Uri address = coordinator.At($"blobs/{digest}");

        using HttpResponseMessage whole = await http.GetAsync(address);
        Assert.Equal(bytes, await whole.Content.ReadAsByteArrayAsync());
        Assert.Equal($"\"{digest}\"", whole.Headers.ETag?.Tag);
        Assert.Equal("public, max-age=31536000, immutable", whole.Headers.CacheControl?.ToString());
        Assert.Equal("bytes", whole.Headers.AcceptRanges.Single());

        using HttpResponseMessage part = await GetAsync(request => request.Headers.Range = new RangeHeaderValue(100_001, 100_010));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(bytes[100_001..100_011], await part.Content.ReadAsByteArrayAsync());

        using HttpResponseMessage other = await GetAsync(request =>
        {
            request.Headers.Range = new RangeHeaderValue(5, null);
            request.Headers.IfRange = new RangeConditionHeaderValue(new EntityTagHeaderValue("\"other\""));
        });
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);

        using HttpResponseMessage same = await GetAsync(request => request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue($"\"{digest}\"")));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);

        using HttpResponseMessage beyond = await GetAsync(request => request.Headers.Range = new RangeHeaderValue(200_000, null));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);

        using HttpResponseMessage head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, address));
        Assert.Equal(200_000, head.Content.Headers.ContentLength);

        Assert.Equal("no-such-blob", await RejectAsync(http, HttpStatusCode.NotFound, HttpMethod.Get, coordinator.At("blobs/" + new string('0', 64))));
        Assert.Equal("no-such-blob", await RejectAsync(http, HttpStatusCode.NotFound, HttpMethod.Get, coordinator.At("blobs/..%2F..%2Fetc")));

        async Task<HttpResponseMessage> GetAsync(Action<HttpRequestMessage> change)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            change(request);
            return await http.SendAsync(request);
        }
    }

    [Theory]
    [InlineData(ValueFormat.Float32, 4 << 20)]
    [InlineData(ValueFormat.Float32, 0)]
    [InlineData(ValueFormat.BFloat16, 0)]
    [InlineData(ValueFormat.Int8, 0)]
    public async Task An_interrupted_download_continues_where_it_stopped(ValueFormat format, int maxEncodedBytes)
    {
        await using FederatedServer server = CreateServer(Layout);
        await using TestCoordinator coordinator = await StartAsync(server, Layout, new FtteEndpointOptions { DownloadFormat = format, MaxEncodedBlobBytes = maxEncodedBytes });
        var cuts = new CuttingHandler(cutAfter: 13_001);
        float[] whole = new float[Layout.ParameterCount], resumed = new float[Layout.ParameterCount];
        await coordinator.Connect(Layout, AtOnce).CheckOutAsync(Device(), whole);

        Assert.True((await coordinator.Connect(Layout, AtOnce, through: cuts).CheckOutAsync(Device("b"), resumed)).IsAssigned);

        Assert.Equal(whole, resumed);
        long length = ParameterBlobReader.GetLength(Layout.ParameterCount, format);
        Assert.Equal(Enumerable.Range(0, (int)Math.Ceiling(length / 13_001.0)).Select(i => i * 13_001L), cuts.Starts);
    }

    [Fact]
    public async Task A_cache_that_ignores_ranges_costs_bytes_and_not_the_download()
    {
        await using FederatedServer server = CreateServer(Layout);
        await using TestCoordinator coordinator = await StartAsync(server, Layout);
        float[] received = new float[Layout.ParameterCount];

        await coordinator.Connect(Layout, AtOnce, through: new CuttingHandler(cutAfter: 90_001, ignoreRange: true)).CheckOutAsync(Device(), received);

        Assert.Equal(Model, received);
    }

    [Fact]
    public async Task A_download_without_progress_fails_after_the_maximum_number_of_attempts()
    {
        await using FederatedServer server = CreateServer(Layout);
        await using TestCoordinator coordinator = await StartAsync(server, Layout);
        var cuts = new CuttingHandler(cutAfter: 0);
        HttpFederatedServer proxy = coordinator.Connect(Layout, new HttpFederatedServerOptions { WorkWait = TimeSpan.Zero, TransferBackoff = TimeSpan.Zero, MaxTransferAttempts = 3 }, through: cuts);

        await Assert.ThrowsAnyAsync<IOException>(async () => await proxy.CheckOutAsync(Device(), new float[Layout.ParameterCount]));

        Assert.Equal([0, 0, 0], cuts.Starts);
    }

    [Fact]
    public async Task A_changed_download_is_not_believed_and_the_next_check_out_downloads_everything()
    {
        await using FederatedServer server = CreateServer(Layout);
        await using TestCoordinator coordinator = await StartAsync(server, Layout);
        var changes = new CuttingHandler(flip: 123_456);
        var client = new FederatedClient(
            coordinator.Connect(Layout, AtOnce, through: changes), new StepTrainer(Layout), new FederatedClientOptions { ClientId = new ClientId("a"), MemoryBudgetBytes = 1 }, new FakeTimeProvider());

        IOException error = await Assert.ThrowsAsync<IOException>(async () => await client.RunOnceAsync());
        Assert.Contains("SHA-256", error.Message, StringComparison.Ordinal);
        Assert.Null(client.HeldVersion);

        changes.Flip = null;
        Assert.True((await client.RunOnceAsync()).IsAccepted);
        Assert.Equal(new ModelVersion(0), client.HeldVersion);
        Assert.Equal(Model, client.Parameters.ToArray());
    }

    [Fact]
    public async Task A_blob_that_was_removed_ends_the_check_out_with_its_reason()
    {
        await using FederatedServer server = CreateServer(Layout);
        await using TestCoordinator coordinator = await StartAsync(server, Layout);
        using HttpClient http = CreateClient(outer: new RenamingHandler());

        ServerProblemException error = await Assert.ThrowsAsync<ServerProblemException>(async () => await coordinator.Connect(http, Layout, AtOnce).CheckOutAsync(Device(), new float[Layout.ParameterCount]));

        Assert.Equal("no-such-blob", error.Reason);
    }

    [Fact]
    public async Task Devices_that_lack_the_same_coordinates_share_one_blob()
    {
        var cache = new BlobCache(1 << 20, 0, 1 << 20);
        var model = new ModelSnapshot(Layout, default, Model);
        var selection = ParameterSelection.Full(Layout);

        ModelBlob[] blobs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => cache.GetAsync(model, ParameterSelection.Full(Layout), ValueFormat.Float32)));

        Assert.All(blobs, blob => Assert.Same(blobs[0], blob));
        Assert.Same(blobs[0], Find(cache, blobs[0]));
        Assert.NotSame(blobs[0], await cache.GetAsync(model, selection, ValueFormat.Int8));
        Assert.Equal(200_000 + ParameterBlobReader.GetLength(50_000, ValueFormat.Int8), cache.RetainedBytes);
    }

    [Fact]
    public async Task The_cache_keeps_the_most_recently_used_blobs_within_its_memory()
    {
        var cache = new BlobCache(450_000, 0, 1 << 20);
        ModelBlob[] blobs = new ModelBlob[3];
        for (int version = 0; version < 3; version++)
        {
            if (version == 2)
            {
                Assert.NotNull(Find(cache, blobs[0]));
            }

            blobs[version] = await cache.GetAsync(new ModelSnapshot(Layout, new ModelVersion(version), [.. Model.Select(p => p + version)]), ParameterSelection.Full(Layout), ValueFormat.Float32);
        }

        Assert.NotNull(Find(cache, blobs[0]));
        Assert.Null(Find(cache, blobs[1]));
        Assert.NotNull(Find(cache, blobs[2]));
        Assert.Equal(400_000, cache.RetainedBytes);
    }

    [Fact]
    public async Task Downloads_of_removed_blobs_continue_within_their_memory_and_the_oldest_are_ended()
    {
        var cache = new BlobCache(200_000, 400_000, 1 << 20);
        var downloads = new List<BlobUse>();
        for (int version = 0; version < 5; version++)
        {
            ModelBlob blob = await cache.GetAsync(new ModelSnapshot(Layout, new ModelVersion(version), [.. Model.Select(p => p + version)]), ParameterSelection.Full(Layout), ValueFormat.Float32);
            downloads.Add(cache.Open(blob.Reference.Sha256)!);
        }

        // The newest one is cached, two are removed and still sent.
        Assert.Equal([true, true, false, false, false], downloads.Select(download => download.Ended.IsCancellationRequested));
        Assert.Equal(600_000, cache.RetainedBytes);
        downloads.ForEach(download => download.Dispose());
        Assert.Equal(200_000, cache.RetainedBytes);
    }

    private static ModelBlob? Find(BlobCache cache, ModelBlob blob)
    {
        using BlobUse? use = cache.Open(blob.Reference.Sha256);
        return use?.Blob;
    }

    /// <summary>Asks for another blob than the device does.</summary>
    private sealed class RenamingHandler : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string address = request.RequestUri!.AbsoluteUri;
            int at = address.IndexOf("/blobs/", StringComparison.Ordinal);
            request.RequestUri = at < 0 ? request.RequestUri : new Uri(address[..at] + "/blobs/" + new string('1', 64));
            return base.SendAsync(request, cancellationToken);
        }
    }
}
