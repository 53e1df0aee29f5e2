using System.Threading.Channels;

namespace Ftte;

/// <summary>Represents a bounded queue with one reader, which runs one call at a time.</summary>
/// <remarks>A canceled call remains in the queue until the reader reaches it. Disposing rejects new calls and runs the calls in the queue.</remarks>
internal sealed class UpdateQueue : IAsyncDisposable
{
    private readonly Channel<QueuedCall> _calls;
    private readonly Task _reader;

    public UpdateQueue(int capacity)
    {
        _calls = Channel.CreateBounded<QueuedCall>(new BoundedChannelOptions(capacity) { SingleReader = true });
        _reader = Task.Run(ReadAsync);
    }

    /// <summary>Gets the number of waiting calls, without the one that is running.</summary>
    public int Length => _calls.Reader.Count;

    /// <summary>Adds a call if the queue is not full. Never waits.</summary>
    public bool TryEnter(QueuedCall call) => _calls.Writer.TryWrite(call);

    /// <summary>Waits until the queue is not full and adds a call.</summary>
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
