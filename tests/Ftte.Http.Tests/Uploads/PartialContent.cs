using System.Net;

namespace Ftte.Http.Tests.Uploads;

/// <summary>Announces a message, sends the start of it, and then fails or waits.</summary>
internal sealed class PartialContent(byte[] message, int length, TaskCompletionSource sent, bool fails) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(message.AsMemory(0, length), cancellationToken);
        await stream.FlushAsync(cancellationToken);
        sent.TrySetResult();
        await (fails ? throw new IOException("No more.") : Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken));
    }

    protected override bool TryComputeLength(out long computed)
    {
        computed = message.Length;
        return true;
    }
}
