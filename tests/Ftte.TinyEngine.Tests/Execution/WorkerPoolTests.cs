using System.Runtime.CompilerServices;
using Ftte.TinyEngine.Execution;

namespace Ftte.TinyEngine.Tests.Execution;

/// <summary>Threads that share a training. The stress runs 1,000 trainings per number of threads with FTTE_LONG=1 in the environment.</summary>
public class WorkerPoolTests
{
    private static readonly Network Network = Network.Build(8, 8, 2).Conv("c", 8, kernel: 3, stride: 1, padding: 1).Relu()
        .GlobalAveragePool().Linear("o", 3).SoftmaxCrossEntropy();

    private static readonly ArrayExamples Examples = TestData.Examples(20, 128, 3, seed: 4);
    private static readonly SgdOptions Options = new() { BatchSize = 5 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    public void Repeated_trainings_with_any_number_of_threads_end_with_the_same_bits(int threads)
    {
        int trainings = Environment.GetEnvironmentVariable("FTTE_LONG") == "1" ? 1_000 : 40;
        string expected = TestData.Hash(Train(threads: 1));

        Watchdog.Run(progress =>
        {
            for (int i = 0; i < trainings; i++)
            {
                Assert.Equal(expected, TestData.Hash(Train(threads)));
                progress();
            }
        });
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(16)]
    public void Each_worker_runs_each_phase_once_and_no_phase_begins_before_the_one_before_it_has_ended(int workers)
    {
        int dispatches = Environment.GetEnvironmentVariable("FTTE_LONG") == "1" ? 20_000 : 2_000;
        var operation = new CountingOperation(workers);
        var pass = new TrainingPass { Workers = workers };

        Watchdog.Run(progress =>
        {
            using var pool = new WorkerPool(workers);
            for (int i = 0; i < dispatches; i++)
            {
                pool.Forward(operation, pass);
                operation.EndPhases(CountingOperation.Phases);
                progress();
            }
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_failure_of_any_worker_is_thrown_after_all_have_ended_and_the_pool_stays_usable(int failing)
    {
        var operation = new CountingOperation(workers: 3) { Failing = failing };
        var pass = new TrainingPass { Workers = 3 };

        Watchdog.Run(_ =>
        {
            using var pool = new WorkerPool(3);
            Assert.Equal("failed", Assert.Throws<InvalidOperationException>(() => pool.Forward(operation, pass)).Message);
            operation.EndPhases(1);
            operation.Failing = null;
            pool.Forward(operation, pass);
            operation.EndPhases(CountingOperation.Phases);
        });
    }

    [Fact]
    public void An_interrupted_training_thread_does_not_leave_a_phase_while_workers_run_it()
    {
        Watchdog.Run(_ =>
        {
            var operation = new CountingOperation(workers: 2);
            using var pool = new WorkerPool(2);
            Thread.CurrentThread.Interrupt();
            pool.Forward(operation, new TrainingPass { Workers = 2 });
            operation.EndPhases(CountingOperation.Phases);

            // The interruption is not lost.
            using var never = new SemaphoreSlim(0);
            Assert.Throws<ThreadInterruptedException>(() => never.Wait());
        });
    }

    [Fact]
    public void A_trainer_that_nobody_disposed_ends_its_threads_when_it_is_collected()
    {
        var operation = new CountingOperation(workers: 4);
        Watchdog.Run(_ => Abandon(operation));

        // Joining returns only if the finalizer has ended the threads.
        Watchdog.Run(progress =>
        {
            foreach (Thread thread in operation.Threads)
            {
                while (!thread.Join(TimeSpan.FromMilliseconds(50)))
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                }

                progress();
            }
        });
        Assert.Equal(3, operation.Threads.Count);
    }

    [Fact]
    public void Workers_are_background_threads_so_that_they_do_not_keep_the_process_alive()
    {
        var operation = new CountingOperation(workers: 3);
        Watchdog.Run(_ =>
        {
            using var pool = new WorkerPool(3);
            pool.Forward(operation, new TrainingPass { Workers = 3 });
            Assert.All(operation.Threads, thread => Assert.True(thread.IsBackground));
        });
        Assert.All(operation.Threads, thread => Assert.False(thread.IsAlive));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Abandon(CountingOperation operation) => new WorkerPool(4).Forward(operation, new TrainingPass { Workers = 4 });

    private static float[] Train(int threads)
    {
        float[] parameters = Network.Initialize(1);
        Network.Train(parameters, Examples, Options, engine: new EngineOptions { Threads = threads });
        return parameters;
    }

    /// <summary>Counts who runs what.</summary>
    private sealed class CountingOperation(int workers) : PlannedOperation
    {
        public const int Phases = 3;

        private readonly int[] _phaseOf = new int[workers];
        private readonly HashSet<Thread> _threads = [];
        private int _ended;

        public override int ForwardPhases => Phases;

        public int? Failing { get; set; }

        public HashSet<Thread> Threads => _threads;

        public override void Forward(TrainingPass pass, int phase, int worker)
        {
            // All have ended the phase before this one, and this worker has not run this one yet.
            Assert.True(Volatile.Read(ref _ended) >= phase * workers, "A phase began early.");
            Assert.Equal(phase, _phaseOf[worker]++);
            if (worker > 0)
            {
                lock (_threads)
                {
                    _threads.Add(Thread.CurrentThread);
                }
            }

            Interlocked.Increment(ref _ended);
            if (worker == Failing)
            {
                throw new InvalidOperationException("failed");
            }
        }

        public void EndPhases(int phases)
        {
            Assert.Equal(phases * workers, _ended);
            Assert.All(_phaseOf, phase => Assert.Equal(phases, phase));
            _ended = 0;
            Array.Clear(_phaseOf);
        }
    }
}
