namespace Ftte.Simulation.Jobs;

/// <summary>The worker threads of a run. Work that is needed first in virtual time runs first.</summary>
/// <remarks>Results depend neither on the number of threads nor on the order of the work. Exceptions are passed to the caller that awaits the result.</remarks>
internal sealed class TrainingWorkers : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _queued = new(0);
    private readonly PriorityQueue<Action, (TimeSpan NeededAt, long Number)> _work = new();
    private readonly Thread[] _threads;
    private volatile bool _stopping;

    public TrainingWorkers(int threads)
    {
        _threads = [.. Enumerable.Range(0, threads).Select(i => new Thread(RunQueuedWork) { IsBackground = true, Name = $"Ftte.Simulation trainer {i + 1}" })];
        foreach (Thread thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>Queues work.</summary>
    /// <param name="work">The work.</param>
    /// <param name="priority">The virtual time at which the result is needed, and a number that orders work needed at the same time.</param>
    /// <returns>The result of the work.</returns>
    public Task<T> RunAsync<T>(Func<T> work, (TimeSpan NeededAt, long Number) priority)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _work.Enqueue(() => Run(work, result), priority);
        }

        _queued.Release();
        return result.Task;
    }

    /// <summary>Stops the threads after their current work.</summary>
    public void Dispose()
    {
        _stopping = true;
        _queued.Release(_threads.Length);
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        _queued.Dispose();
    }

    private static void Run<T>(Func<T> work, TaskCompletionSource<T> result)
    {
        try
        {
            result.SetResult(work());
        }
        catch (OperationCanceledException canceled)
        {
            result.SetCanceled(canceled.CancellationToken);
        }
#pragma warning disable CA1031 // Every exception is passed to the caller that awaits the result.
        catch (Exception error)
#pragma warning restore CA1031
        {
            result.SetException(error);
        }
    }

    private void RunQueuedWork()
    {
        while (true)
        {
            _queued.Wait();
            if (_stopping)
            {
                return;
            }

            Action work;
            lock (_lock)
            {
                work = _work.Dequeue();
            }

            work();
        }
    }
}
