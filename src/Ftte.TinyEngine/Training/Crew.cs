using System.Runtime.ExceptionServices;

namespace Ftte.TinyEngine;

/// <summary>Threads that share the phases of a step; the caller is one of them. Dispatching a phase allocates nothing.</summary>
/// <remarks>
/// Workers spin briefly for the next phase, because phases follow each other within microseconds, and then sleep, because batches may not.
/// </remarks>
internal sealed class Crew : IDisposable
{
    private const int Spins = 500;
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim[] _wake;
    private readonly int[] _asleep;
    private PlannedOperation? _operation;
    private TrainingPass? _pass;
    private bool _isBackward;
    private int _phase;
    private int _round;
    private int _pending;
    private int _dispatcherSleeps;
    private readonly SemaphoreSlim _finished = new(0);
    private bool _isClosed;
    private Exception? _failure;

    public Crew(int workers)
    {
        Workers = workers;
        _wake = [.. Enumerable.Range(1, workers - 1).Select(_ => new SemaphoreSlim(0))];
        _asleep = new int[workers - 1];
        _threads = new Thread[workers - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"Ftte worker {worker}" };
            _threads[i].Start();
        }
    }

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
        Volatile.Write(ref _isClosed, true);
        Interlocked.Increment(ref _round);
        for (int i = 0; i < _threads.Length; i++)
        {
            _wake[i].Release();
            _threads[i].Join();
            _wake[i].Dispose();
        }

        _finished.Dispose();
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

    private void Dispatch(PlannedOperation operation, TrainingPass pass, bool isBackward, int phase)
    {
        if (Workers == 1)
        {
            Run(operation, pass, isBackward, phase, worker: 0);
            return;
        }

        _failure = null;
        (_operation, _pass, _isBackward, _phase) = (operation, pass, isBackward, phase);
        Volatile.Write(ref _pending, _threads.Length);
        Interlocked.Increment(ref _round);
        for (int i = 0; i < _asleep.Length; i++)
        {
            if (Interlocked.Exchange(ref _asleep[i], 0) == 1)
            {
                _wake[i].Release();
            }
        }

        try
        {
            Run(operation, pass, isBackward, phase, worker: 0);
        }
        finally
        {
            AwaitWorkers();
        }

        if (_failure is not null)
        {
            Exception failure = _failure;
            _failure = null;
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    private void Work(int worker)
    {
        int seen = 0;
        while (true)
        {
            Await(worker - 1, seen);
            seen = Volatile.Read(ref _round);
            if (Volatile.Read(ref _isClosed))
            {
                return;
            }

            try
            {
                Run(_operation!, _pass!, _isBackward, _phase, worker);
            }
            catch (Exception failure)
            {
                _failure = failure;
            }

            if (Interlocked.Decrement(ref _pending) == 0 && Interlocked.Exchange(ref _dispatcherSleeps, 0) == 1)
            {
                _finished.Release();
            }
        }
    }

    private void AwaitWorkers()
    {
        for (int spin = 0; spin < Spins && Volatile.Read(ref _pending) > 0; spin++)
        {
            Thread.SpinWait(20);
        }

        if (Volatile.Read(ref _pending) > 0)
        {
            // Whoever turns the flag back ends the wait: the last worker, or this thread, if the last has finished meanwhile.
            Interlocked.Exchange(ref _dispatcherSleeps, 1);
            if (Volatile.Read(ref _pending) > 0 || Interlocked.Exchange(ref _dispatcherSleeps, 0) == 0)
            {
                _finished.Wait();
            }
        }
    }

    private void Await(int index, int seen)
    {
        for (int spin = 0; spin < Spins; spin++)
        {
            if (Volatile.Read(ref _round) != seen)
            {
                return;
            }

            Thread.SpinWait(20);
        }

        // Whoever turns the flag back wakes the sleeper: this thread itself, if the round has begun meanwhile, or the dispatcher.
        Interlocked.Exchange(ref _asleep[index], 1);
        if (Volatile.Read(ref _round) != seen && Interlocked.Exchange(ref _asleep[index], 0) == 1)
        {
            return;
        }

        _wake[index].Wait();
        while (Volatile.Read(ref _round) == seen)
        {
            _wake[index].Wait();
        }
    }
}
