using System.Net;
using Microsoft.Extensions.Time.Testing;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Uploads;

/// <summary>How a device sends an update.</summary>
public sealed class DeviceUploadTests
{
    private static ParameterLayout Layout { get; } = ParameterLayout.Create(("all", [500_000]));

    [Fact]
    public async Task An_upload_that_makes_progress_may_take_longer_than_the_timeout()
    {
        var time = new FakeTimeProvider();
        await using FederatedServer server = CreateServer(Layout);
        await using TestCoordinator coordinator = await StartAsync(server, Layout);
        HttpFederatedServer link = coordinator.Connect(Layout, null, time: time, through: new SlowUploadHandler(time));
        using SparseUpdate update = await TrainedUpdate.CreateAsync(link, "a", Layout);

        Assert.Equal(UpdateOutcome.Published, (await link.SubmitAsync(update)).Outcome);
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
