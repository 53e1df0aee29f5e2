using System.Threading.Channels;

namespace Ftte;

/// <summary>A line of bounded length before one reader, which makes one call at a time.</summary>
/// <remarks>A call that was cancelled keeps its place until the reader passes it. Disposing lets nobody in any more and makes the calls that wait.</remarks>
internal sealed class UpdateQueue : IAsyncDisposable
{
    private readonly Channel<QueuedCall> _calls;
    private readonly Task _reader;

    public UpdateQueue(int capacity)
    {
        _calls = Channel.CreateBounded<QueuedCall>(new BoundedChannelOptions(capacity) { SingleReader = true });
        _reader = Task.Run(ReadAsync);
    }

    /// <summary>Gets the number of calls that wait, the one being made not counted.</summary>
    public int Length => _calls.Reader.Count;

    /// <summary>Lets a call in if there is room; never waits.</summary>
    public bool TryEnter(QueuedCall call) => _calls.Writer.TryWrite(call);

    /// <summary>Lets a call in once there is room.</summary>
    /// <exception cref="ChannelClosedException">The queue was disposed.</exception>
    public ValueTask EnterAsync(QueuedCall call, CancellationToken cancellationToken) => _calls.Writer.WriteAsync(call, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _calls.Writer.TryComplete();
        return new ValueTask(_reader);
    }

    private async Task ReadAsync()
    {
        await foreach (QueuedCall call in _calls.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            await call.RunAsync().ConfigureAwait(false);
        }
    }
}
