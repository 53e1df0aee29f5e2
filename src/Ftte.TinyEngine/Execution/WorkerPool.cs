using System.Runtime.ExceptionServices;

namespace Ftte.TinyEngine.Execution;

/// <summary>Represents threads that share the work of each phase of a step. The calling thread is worker 0. Dispatching a phase allocates nothing.</summary>
/// <remarks>
/// Each worker acquires one permit of its own semaphore per phase, and the last worker to finish a phase releases one permit to the dispatcher. Permits are counted, so a late
/// worker neither misses a phase nor runs it twice, and it cannot end a wait for another phase.
/// </remarks>
internal sealed class WorkerPool : IDisposable
{
    private readonly SharedState? _shared;
    private readonly Thread[] _threads = [];

    /// <summary>Starts the threads.</summary>
    /// <param name="workers">The number of workers, including the calling thread.</param>
    public WorkerPool(int workers)
    {
        Workers = workers;
        if (workers == 1)
        {
            GC.SuppressFinalize(this);
            return;
        }

        // The threads refer only to the shared state, so a pool that was not disposed can be collected, and its finalizer ends them.
        var shared = new SharedState(workers);
        _shared = shared;
        _threads = new Thread[workers - 1];
        for (int worker = 1; worker < workers; worker++)
        {
            int number = worker;
            _threads[worker - 1] = new Thread(() => shared.Work(number)) { IsBackground = true, Name = $"Ftte worker {number}" };
            _threads[worker - 1].Start();
        }
    }

    ~WorkerPool() => _shared?.Close();

    public int Workers { get; }

    public void Forward(PlannedOperation operation, TrainingPass pass)
    {
        for (int phase = 0; phase < operation.ForwardPhases; phase++)
        {
            Dispatch(operation, pass, isBackward: false, phase);
        }
    }

    public void Backward(PlannedOperation operation, TrainingPass pass)
    {
        for (int phase = 0; phase < operation.BackwardPhases; phase++)
        {
            Dispatch(operation, pass, isBackward: true, phase);
        }
    }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _shared?.Close();
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        _shared?.Dispose();
    }

    private void Dispatch(PlannedOperation operation, TrainingPass pass, bool isBackward, int phase)
    {
        if (_shared is null || !(isBackward ? operation.IsBackwardShared(phase) : operation.IsForwardShared(phase)))
        {
            Run(operation, pass, isBackward, phase, worker: 0);
            return;
        }

        _shared.Dispatch(operation, pass, isBackward, phase);
        GC.KeepAlive(this);
    }

    private static void Run(PlannedOperation operation, TrainingPass pass, bool isBackward, int phase, int worker)
    {
        if (isBackward)
        {
            operation.Backward(pass, phase, worker);
        }
        else
        {
            operation.Forward(pass, phase, worker);
        }
    }

    /// <summary>Represents the state that the dispatcher and the workers share.</summary>
    private sealed class SharedState(int workers) : IDisposable
    {
        private readonly Permits[] _starts = [.. Enumerable.Range(1, workers - 1).Select(_ => new Permits())];
        private readonly Permits _finished = new();
        private PlannedOperation? _operation;
        private TrainingPass? _pass;
        private bool _isBackward;
        private int _phase;
        private int _running;
        private Exception? _failure;
        private volatile bool _isClosed;

        public void Dispatch(PlannedOperation operation, TrainingPass pass, bool isBackward, int phase)
        {
            (_operation, _pass, _isBackward, _phase) = (operation, pass, isBackward, phase);
            (_failure, _running) = (null, _starts.Length);
            foreach (Permits start in _starts)
            {
                start.Give();
            }

            try
            {
                Run(operation, pass, isBackward, phase, worker: 0);
            }
            finally
            {
                _finished.Take();
                (_operation, _pass) = (null, null);
            }

            if (_failure is { } failure)
            {
                ExceptionDispatchInfo.Throw(failure);
            }
        }

        public void Work(int worker)
        {
            while (true)
            {
                _starts[worker - 1].Take();
                if (_isClosed)
                {
                    return;
                }

                try
                {
                    Run(_operation!, _pass!, _isBackward, _phase, worker);
                }
                catch (Exception failure)
                {
                    Interlocked.CompareExchange(ref _failure, failure, null);
                }

                if (Interlocked.Decrement(ref _running) == 0)
                {
                    _finished.Give();
                }
            }
        }

        /// <summary>Ends the threads. Called only between phases.</summary>
        public void Close()
        {
            _isClosed = true;
            foreach (Permits start in _starts)
            {
                start.Give();
            }
        }

        /// <summary>Releases the semaphores. Called only after the threads have ended.</summary>
        public void Dispose()
        {
            _finished.Dispose();
            foreach (Permits start in _starts)
            {
                start.Dispose();
            }
        }
    }

    /// <summary>Represents a semaphore whose permits are not lost when <see cref="Thread.Interrupt"/> wakes the calling thread.</summary>
    /// <remarks>If the dispatcher left a phase early, it would free memory that workers still write to.</remarks>
    private sealed class Permits : IDisposable
    {
        private readonly SemaphoreSlim _semaphore = new(0);

        public void Give() => Complete(isTaken: false);

        public void Take() => Complete(isTaken: true);

        public void Dispose() => _semaphore.Dispose();

        private void Complete(bool isTaken)
        {
            bool isInterrupted = false, isComplete = false;
            while (!isComplete)
            {
                try
                {
                    if (isTaken)
                    {
                        _semaphore.Wait();
                    }
                    else
                    {
                        _semaphore.Release();
                    }

                    isComplete = true;
                }
                catch (ThreadInterruptedException)
                {
                    isInterrupted = true;
                }
            }

            if (isInterrupted)
            {
                // Interrupts the next wait of the caller's code.
                Thread.CurrentThread.Interrupt();
            }
        }
    }
}
