using System.Buffers;
using Ftte.AspNetCore;
using Ftte.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Attacks;

/// <summary>Clients that send or read so slowly that they would hold connections forever. The limits are those of Kestrel, here with short times.</summary>
public sealed class SlowClientTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1.1);

    private readonly TaskCompletionSource _downloadEnded = new();

    private Task<TestCoordinator> StartAsync(FederatedServer server, ParameterLayout layout, FtteEndpointOptions? options = null, double bytesPerSecond = 10_000) => TestCoordinator.StartAsync(
        server,
        layout,
        options,
        builder => builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.RequestHeadersTimeout = Grace;
            kestrel.Limits.MinRequestBodyDataRate = kestrel.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond, Grace);
        }),
        app => app.Use(async (context, next) =>
        {
            // The request can end before its token is canceled, so the token does not show it.
            try
            {
                await next(context);
            }
            finally
            {
                if (context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal))
                {
                    _downloadEnded.TrySetResult();
                }
            }
        }));

    [Theory]
    [InlineData("POST /ftte/check-out HTTP/1.1\r\nHost: localhost\r\nFtte-Ver", "408")]
    [InlineData("POST /ftte/check-out HTTP/1.1\r\nHost: localhost\r\nFtte-Version: 1\r\nContent-Type: application/vnd.ftte\r\nContent-Length: 100\r\n\r\nFTTE", "408")]
    [InlineData("PUT /ftte/updates/00000000000000ab HTTP/1.1\r\nHost: localhost\r\nFtte-Version: 1\r\nContent-Type: application/vnd.ftte\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nFTTE", "408")]
    [InlineData("PATCH /ftte/updates/00000000000000ab HTTP/1.1\r\nHost: localhost\r\nFtte-Version: 1\r\nUpload-Offset: 0\r\nUpload-Complete: ?1\r\nContent-Type: application/partial-upload\r\nContent-Length: 100\r\n\r\nFTTE", "408")]
    public async Task A_request_that_does_not_arrive_ends_with_a_timeout(string start, string status)
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartAsync(server, SmallLayout);
        using RawConnection slow = await RawConnection.OpenAsync(coordinator.Address);
        await slow.SendAsync(start);
        Task<string> answer = slow.ReadToEndAsync();

        await HonestDevice.TrainAsync(coordinator.Connect(SmallLayout), SmallLayout);

        Assert.StartsWith($"HTTP/1.1 {status} ", await answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_that_is_not_read_ends()
    {
        // More than the buffers of both ends.
        ParameterLayout layout = ParameterLayout.Create(("all", [4_000_000]));
        await using FederatedServer server = CreateServer(layout);
        await using TestCoordinator coordinator = await StartAsync(server, layout, bytesPerSecond: 2_000_000);
        using RawConnection slow = await OpenDownloadAsync(coordinator, layout, "slow");

        await _downloadEnded.Task.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System);

        // What was in transit can be read, and then the connection ends.
        string received = await slow.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 200 ", received, StringComparison.Ordinal);
        Assert.True(received.Length < sizeof(float) * layout.ParameterCount, $"The download has {received.Length} characters, so it was not cut.");
    }

    [Fact]
    public async Task Downloads_that_are_not_read_keep_no_more_old_versions_in_memory_than_the_limit()
    {
        ParameterLayout layout = ParameterLayout.Create(("all", [4_000_000]));
        await using FederatedServer server = CreateServer(layout);
        await using TestCoordinator coordinator = await StartAsync(server, layout, new FtteEndpointOptions { BlobCacheBytes = 0, MaxRemovedBlobBytes = 0 });
        var slow = new List<RawConnection>();
        for (int version = 0; version < 3; version++)
        {
            slow.Add(await OpenDownloadAsync(coordinator, layout, $"slow-{version}"));
            await HonestDevice.TrainAsync(coordinator.Connect(layout), layout, $"honest-{version}");
        }

        await _downloadEnded.Task.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System);

        Assert.Equal(new ModelVersion(3), server.Current.Version);
        slow.ForEach(connection => connection.Dispose());
    }

    /// <summary>Starts to download the current version, and reads nothing of it.</summary>
    private static async Task<RawConnection> OpenDownloadAsync(TestCoordinator coordinator, ParameterLayout layout, string client)
    {
        using HttpClient http = CreateClient();
        var request = new ArrayBufferWriter<byte>();
        CheckOutRequestMessage.Write(request, new CheckOutRequest(new ClientId(client), 1, layout.Fingerprint));
        using HttpResponseMessage response = await SendAsync(http, HttpMethod.Post, coordinator.At("check-out"), Content(request.WrittenSpan.ToArray()));
        CheckOutReferenceMessage.Read(await response.Content.ReadAsByteArrayAsync(), layout.ParameterCount, out BlobReference blob, WireLimits.For(layout));
        RawConnection connection = await RawConnection.OpenAsync(coordinator.Address);
        await connection.SendAsync($"GET /ftte/blobs/{blob.Sha256} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return connection;
    }
}
