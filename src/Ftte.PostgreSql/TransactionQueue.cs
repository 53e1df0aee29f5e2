namespace Ftte.PostgreSql;

/// <summary>Combines what several callers write at a time into one transaction: the items that arrive during a transaction are the next one. Thread-safe.</summary>
/// <typeparam name="TItem">The type of what a caller writes.</typeparam>
/// <typeparam name="TResult">The type of the result for a caller.</typeparam>
/// <param name="write">Writes items in one transaction, and returns their results in the same order after the commit. If it fails, all its callers fail.</param>
internal sealed class TransactionQueue<TItem, TResult>(Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TResult>>> write)
{
    private readonly Lock _lock = new();
    private List<(TItem Item, TaskCompletionSource<TResult> Result)> _waiting = [];
    private bool _isWriting;

    /// <summary>Writes an item.</summary>
    /// <returns>The result, after the commit.</returns>
    public Task<TResult> WriteAsync(TItem item)
    {
        var result = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Add((item, result));
            if (_isWriting)
            {
                return result.Task;
            }

            _isWriting = true;
        }

        _ = RunAsync();
        return result.Task;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            List<(TItem Item, TaskCompletionSource<TResult> Result)> batch;
            lock (_lock)
            {
                if (_waiting.Count == 0)
                {
                    _isWriting = false;
                    return;
                }

                (batch, _waiting) = (_waiting, []);
            }

            try
            {
                IReadOnlyList<TResult> results = await write([.. batch.Select(entry => entry.Item)]).ConfigureAwait(false);
                foreach (((_, TaskCompletionSource<TResult> result), TResult value) in batch.Zip(results))
                {
                    result.SetResult(value);
                }
            }
#pragma warning disable CA1031 // Passed to the callers.
            catch (Exception error)
#pragma warning restore CA1031
            {
                batch.ForEach(entry => entry.Result.TrySetException(error));
            }
        }
    }
}
