namespace Ftte.Simulation;

/// <summary>The threads that train: they take what the virtual clock will want first.</summary>
/// <remarks>Work is pure, so neither the number of threads nor the order in which they get through it shows in the results. What work throws goes to whoever awaits it.</remarks>
internal sealed class TrainingCrew : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _waiting = new(0);
    private readonly PriorityQueue<Action, (TimeSpan Wanted, long Number)> _work = new();
    private readonly Thread[] _threads;
    private volatile bool _stopping;

    public TrainingCrew(int threads)
    {
        _threads = [.. Enumerable.Range(0, threads).Select(i => new Thread(Work) { IsBackground = true, Name = $"Ftte.Simulation trainer {i + 1}" })];
        foreach (Thread thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>Queues work.</summary>
    /// <param name="work">The work.</param>
    /// <param name="priority">When its result is wanted in virtual time, and a number that tells equals apart.</param>
    public Task<T> PostAsync<T>(Func<T> work, (TimeSpan Wanted, long Number) priority)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _work.Enqueue(() => Do(work, result), priority);
        }

        _waiting.Release();
        return result.Task;
    }

    /// <summary>Stops the threads after the work that they are at.</summary>
    public void Dispose()
    {
        _stopping = true;
        _waiting.Release(_threads.Length);
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        _waiting.Dispose();
    }

    private static void Do<T>(Func<T> work, TaskCompletionSource<T> result)
    {
        try
        {
            result.SetResult(work());
        }
        catch (OperationCanceledException cancelled)
        {
            result.SetCanceled(cancelled.CancellationToken);
        }
#pragma warning disable CA1031 // Whatever it was, it goes to whoever awaits the result.
        catch (Exception error)
#pragma warning restore CA1031
        {
            result.SetException(error);
        }
    }

    private void Work()
    {
        while (true)
        {
            _waiting.Wait();
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
