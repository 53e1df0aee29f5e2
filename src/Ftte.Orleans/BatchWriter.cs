namespace Ftte.Orleans;

/// <summary>Writes items in batches: the items that arrive during a write are the next batch.</summary>
/// <remarks>For the code of one grain, so not thread-safe.</remarks>
/// <typeparam name="T">The type of the items.</typeparam>
/// <param name="write">Writes a batch. If it fails, all its items fail.</param>
internal sealed class BatchWriter<T>(Func<IReadOnlyList<T>, Task> write)
{
    private List<T> _items = [];
    private TaskCompletionSource? _next;
    private bool _isWriting;

    /// <summary>Writes an item. The task ends when it was written.</summary>
    public Task WriteAsync(T item)
    {
        _items.Add(item);
        _next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task written = _next.Task;
        if (!_isWriting)
        {
            _ = RunAsync();
        }

        return written;
    }

    private async Task RunAsync()
    {
        _isWriting = true;
        while (_items.Count > 0)
        {
            (List<T> batch, TaskCompletionSource written) = (_items, _next!);
            (_items, _next) = ([], null);
            try
            {
                await write(batch).ConfigureAwait(true);
                written.SetResult();
            }
#pragma warning disable CA1031 // Passed to the callers.
            catch (Exception error)
#pragma warning restore CA1031
            {
                written.SetException(error);
            }
        }

        _isWriting = false;
    }
}
