using System.Net;
using Microsoft.Extensions.Time.Testing;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Uploads;

/// <summary>How a device sends an update, and continues after an interruption.</summary>
public sealed class DeviceUploadTests : IDisposable
{
    private static readonly HttpFederatedServerOptions AtOnce = new() { WorkWait = TimeSpan.Zero, TransferBackoff = TimeSpan.Zero, MinResumableUploadBytes = 100_000 };

    private readonly DeviceFolder _devices = new();

    private static ParameterLayout Layout => UploadExchange.Layout;

    public void Dispose() => _devices.Dispose();

    [Theory]
    [InlineData(ProxyFault.Cut)]
    [InlineData(ProxyFault.HalfClose)]
    [InlineData(ProxyFault.Truncate)]
    public async Task An_interrupted_upload_continues_where_it_stopped(ProxyFault fault)
    {
        await using FederatedServer server = CreateServer(Layout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server, layout: Layout);
        using DeviceIdentity identity = await _devices.EnrollAsync(coordinator, "a");
        using var proxy = new FaultyProxy(coordinator.Address, _ => new ConnectionFault(fault, 700_000, IsUpload: true));
        var offsets = new OffsetHandler();
        using HttpClient http = CreateClient(authority: identity.Authority, certificate: identity.Certificate, outer: offsets);
        using var link = new HttpFederatedServer(http, proxy.Address, Layout, AtOnce);
        using SparseUpdate update = await TrainedUpdate.CreateAsync(link, "a", Layout);

        UpdateReceipt receipt = await link.SubmitAsync(update);

        Assert.Equal(UpdateOutcome.Published, receipt.Outcome);
        Assert.Equal(1f, server.Current.Parameters.Span[0]);
        Assert.Equal(500_000f, server.Current.Parameters.Span[^1]);
        Assert.True(proxy.Faults >= 2, $"{proxy.Faults} connections were disturbed.");
        Assert.Equal(offsets.Sent.Order(), offsets.Sent);
        Assert.Equal(0, offsets.Sent[0]);
        Assert.True(offsets.Sent[^1] > 0, "The update was sent from the start every time.");
    }

    [Fact]
    public async Task A_device_sends_the_whole_update_to_a_server_that_cannot_continue_uploads()
    {
        await using FederatedServer server = CreateServer(Layout);
        await using TestCoordinator coordinator = await StartAsync(server, Layout);
        var older = new OlderServerHandler();
        HttpFederatedServer link = coordinator.Connect(Layout, AtOnce, through: older);
        using SparseUpdate update = await TrainedUpdate.CreateAsync(link, "a", Layout);

        Assert.Equal(UpdateOutcome.Published, (await link.SubmitAsync(update)).Outcome);

        Assert.Equal([HttpMethod.Head, HttpMethod.Put], older.Updates);
    }

    [Fact]
    public async Task A_device_that_was_revoked_learns_it_from_a_large_update_too()
    {
        await using FederatedServer server = CreateServer(Layout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server, layout: Layout);
        using DeviceIdentity identity = await _devices.EnrollAsync(coordinator, "a");
        using HttpClient http = identity.CreateClient();
        HttpFederatedServer link = coordinator.Connect(http, Layout, AtOnce);
        using SparseUpdate update = await TrainedUpdate.CreateAsync(link, "a", Layout);
        coordinator.Directory.Revoke(identity.Client);

        Assert.Equal(UpdateOutcome.UnknownClient, (await link.SubmitAsync(update)).Outcome);
    }

    [Theory]
    [InlineData(99_999, "PUT")]
    [InlineData(0, "HEAD,PATCH")]
    public async Task Only_a_large_update_can_be_continued(int margin, string methods)
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartAsync(server, SmallLayout);
        var offsets = new OffsetHandler();
        HttpFederatedServer link = coordinator.Connect(SmallLayout, new HttpFederatedServerOptions { MinResumableUploadBytes = margin }, through: offsets);
        using SparseUpdate update = await TrainedUpdate.CreateAsync(link, "a", SmallLayout);

        Assert.Equal(UpdateOutcome.Published, (await link.SubmitAsync(update)).Outcome);

        Assert.Equal(methods, string.Join(',', offsets.Methods));
    }

    [Fact]
    public async Task An_upload_that_makes_progress_may_take_longer_than_the_timeout()
    {
        var time = new FakeTimeProvider();
        await using FederatedServer server = CreateServer(Layout);
        await using TestCoordinator coordinator = await StartAsync(server, Layout);
        HttpFederatedServer link = coordinator.Connect(Layout, new HttpFederatedServerOptions { MinResumableUploadBytes = int.MaxValue }, time: time, through: new SlowUploadHandler(time));
        using SparseUpdate update = await TrainedUpdate.CreateAsync(link, "a", Layout);

        Assert.Equal(UpdateOutcome.Published, (await link.SubmitAsync(update)).Outcome);
    }

    /// <summary>Records how updates are sent.</summary>
    private sealed class OffsetHandler : DelegatingHandler
    {
        public List<HttpMethod> Methods { get; } = [];

        public List<long> Sent { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath.Contains("/updates/", StringComparison.Ordinal))
            {
                Methods.Add(request.Method);
                Sent.AddRange(request.Headers.TryGetValues("Upload-Offset", out IEnumerable<string>? values) ? values.Select(long.Parse) : []);
            }

            return base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>Answers like a server of before that knew PUT only.</summary>
    private sealed class OlderServerHandler : DelegatingHandler
    {
        public List<HttpMethod> Updates { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!request.RequestUri!.AbsolutePath.Contains("/updates/", StringComparison.Ordinal))
            {
                return base.SendAsync(request, cancellationToken);
            }

            Updates.Add(request.Method);
            return request.Method == HttpMethod.Put ? base.SendAsync(request, cancellationToken) : Task.FromResult(new HttpResponseMessage(HttpStatusCode.MethodNotAllowed));
        }
    }

    /// <summary>Lets time pass with every piece of an update.</summary>
    private sealed class SlowUploadHandler(FakeTimeProvider time) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Content = request.Method == HttpMethod.Put ? new SlowContent(request.Content!, time) : request.Content;
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class SlowContent : HttpContent
    {
        private readonly HttpContent _inner;
        private readonly FakeTimeProvider _time;

        public SlowContent(HttpContent inner, FakeTimeProvider time)
        {
            (_inner, _time) = (inner, time);
            Headers.ContentType = inner.Headers.ContentType;
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _inner.CopyToAsync(new SlowStream(stream, _time));

        protected override bool TryComputeLength(out long length)
        {
            length = _inner.Headers.ContentLength!.Value;
            return true;
        }
    }

    private sealed class SlowStream(Stream inner, FakeTimeProvider time) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            time.Advance(TimeSpan.FromSeconds(90));
            await inner.WriteAsync(buffer, cancellationToken);
        }
    }
}
