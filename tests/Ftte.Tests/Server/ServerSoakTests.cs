using System.Collections.Concurrent;
using Ftte.Aggregation;
using Ftte.Selection;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>Many more threads than cores use servers while aggregators throw, callers cancel, states are captured and servers are disposed at random.</summary>
/// <remarks>A second by default; five minutes with FTTE_LONG=1 in the environment.</remarks>
[Collection(AloneCollection.Name)]
public sealed class ServerSoakTests
{
    private static readonly int Threads = Math.Max(16, 4 * Environment.ProcessorCount);

    [Fact]
    public async Task Every_call_is_answered_once_and_nothing_leaks_whatever_happens_to_the_server()
    {
        TimeSpan duration = Environment.GetEnvironmentVariable("FTTE_LONG") == "1" ? TimeSpan.FromMinutes(5) : TimeSpan.FromSeconds(1);
        long started = TimeProvider.System.GetTimestamp();
        var counts = new ConcurrentDictionary<string, long>();
        int servers = 0;
        while (servers < 3 || TimeProvider.System.GetElapsedTime(started) < duration)
        {
            // A lifetime takes far less; a deadlock ends the test instead of hanging it.
            await LifetimeAsync(servers++, counts).WaitAsync(TimeSpan.FromMinutes(2));
        }

        string summary = $"{servers} servers: {string.Join(", ", counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Key} {count.Value}"))}";
        if (Environment.GetEnvironmentVariable("FTTE_SOAK_SUMMARY") is { } file)
        {
            await File.WriteAllTextAsync(file, summary);
        }

        Assert.True(counts.ContainsKey("Published") && counts.ContainsKey("Cancelled") && counts.ContainsKey("Threw") && counts.ContainsKey("Stopped"), summary);
    }

    private static async Task LifetimeAsync(int seed, ConcurrentDictionary<string, long> counts)
    {
        const int CallsPerThread = 120;
        var random = new Random(seed);
        var pool = new PoisoningPool();
        var selections = new SelectionHistory(A);
        var inner = new BufferedAggregator(Start, selections, new BufferedAggregatorOptions { Capacity = random.Next(1, 6), MaxUpdatesPerClient = 2 });
        var aggregator = new Flaky(inner, seed);
        var selector = new TurningSelector();
        ReselectionOptions? reselection = random.Next(2) == 0 ? selector.Every(2, probes: 2) : null;
        var options = new FederatedServerOptions
        {
            MaxConcurrency = random.Next(2) == 0 ? null : 6,
            MaxAssignmentsPerVersion = random.Next(2) == 0 ? null : 8,
            LeaseDuration = TimeSpan.FromMilliseconds(random.Next(1, 200)),
            PublishTimeout = random.Next(2) == 0 ? null : TimeSpan.FromMilliseconds(random.Next(1, 20)),
            QueueCapacity = random.Next(1, 20),
            BusyRetryAfter = TimeSpan.FromTicks(1),
            MaxClients = random.Next(2) == 0 ? 5 : 1000,
        };
        var server = new FederatedServer(aggregator, selections, options, reselection: reselection);
        using var ended = new CancellationTokenSource();
        Task watcher = WatchAsync(server);
        int disposeAfter = seed % 2 == 0 ? int.MaxValue : random.Next(1, Threads * CallsPerThread / 2);
        int calls = 0;

        long[] answered = await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() => WorkAsync(thread))));

        await server.DisposeAsync();
        await watcher;
        Assert.Equal(Threads * CallsPerThread, answered.Sum());
        Assert.Equal(0, pool.Outstanding);
        Assert.InRange(aggregator.MostInside, 0, 1);
        Assert.True(UpdateMoments.Measure(server.Current.Parameters.Span).IsFinite);

        // A state can be captured by the aggregator's rules after any of this, and it restores to the same bits.
        SelectionHistory again = selections;
        BufferedAggregator restored = BufferedAggregator.Restore(AggregatorState.Read(inner.CaptureState().Bytes.Span), Layout, again, new BufferedAggregatorOptions { Capacity = aggregator.Capacity, MaxUpdatesPerClient = 2 });
        Assert.Equal(server.Current.Fingerprint, restored.Current.Fingerprint);

        async Task<long> WorkAsync(int thread)
        {
            var own = new Random((seed * 1000) + thread);
            float[] buffer = new float[Layout.ParameterCount];
            TrainingAssignment? assignment = null;
            long answers = 0;
            for (int call = 0; call < CallsPerThread; call++)
            {
                if (Interlocked.Increment(ref calls) == disposeAfter)
                {
                    await server.DisposeAsync();
                }

                using var cancellation = new CancellationTokenSource();
                Task canceller = own.Next(4) == 0 ? Task.Run(() => cancellation.CancelAsync()) : Task.CompletedTask;
                try
                {
                    Note(await CallAsync(cancellation.Token));
                }
                catch (OperationCanceledException)
                {
                    Note("Cancelled");
                }
                catch (Failure)
                {
                    Note("Threw");
                }
                catch (ObjectDisposedException)
                {
                    Note("Disposed");
                }

                answers++;
                await canceller;
            }

            return answers;

            async Task<string> CallAsync(CancellationToken cancel)
            {
                switch (own.Next(12))
                {
                    case 0:
                        await server.FlushAsync(cancel);
                        return "Flushed";
                    case 1:
                        await server.DrainAsync(cancel);
                        return "Drained";
                    case 2:
                        ServerState state = await server.CaptureStateAsync(cancel);
                        Assert.Equal(state.Bytes.ToArray(), ServerState.Read(state.Bytes.Span).Bytes.ToArray());
                        return "Captured";
                    case 3:
                        server.ChangeSelection(own.Next(2) == 0 ? A : C, own.Next(3) == 0 ? 1000 : 0);
                        return "Changed";
                    case 4 or 5 or 6 or 7 when assignment is { } work:
                        int count = work.Content == UpdateContent.Importance ? 3 : work.Selection.Count;
                        using (SparseUpdate update = SparseUpdate.Create(work.CreateHeader(1), [.. Enumerable.Repeat(own.NextSingle(), count)], pool))
                        {
                            return (await server.SubmitAsync(update, cancel)).Outcome.ToString();
                        }

                    default:
                        CheckOutRequest device = Device($"d{(own.Next(5) == 0 ? own.Next(Threads) : thread)}", memoryBudgetBytes: own.Next(2000)) with { CanProbe = true };
                        CheckOutResponse answer = await server.CheckOutAsync(device, buffer, cancel);
                        assignment = answer.Assignment ?? assignment;
                        return answer.Outcome.ToString();
                }
            }
        }

        void Note(string what) => counts.AddOrUpdate(what, 1, (_, count) => count + 1);

        async Task WatchAsync(FederatedServer watched)
        {
            long before = -1;
            await foreach (ModelSnapshot version in watched.WatchAsync(ended.Token))
            {
                Assert.True(version.Version.Number > before, $"{version.Version} after v{before}");
                before = version.Version.Number;
            }
        }
    }

    private sealed class Failure : Exception;

    /// <summary>Throws now and then, before or after the update was folded in, and sometimes takes its time.</summary>
    private sealed class Flaky(BufferedAggregator inner, int seed) : IStatefulAggregator, IGuardedAggregator
    {
        private readonly Random _random = new(seed);
        private int _inside;

        public int MostInside { get; private set; }

        public int Capacity => inner.Limits.Capacity;

        public ModelSnapshot Current => inner.Current;

        public VersionRefusal? LatestRefusal => inner.LatestRefusal;

        public ValueTask<UpdateReceipt> AggregateAsync(SparseUpdate update, CancellationToken cancellationToken = default) =>
            RunAsync(() => inner.AggregateAsync(update, cancellationToken));

        public ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default) => RunAsync(() => inner.FlushAsync(cancellationToken));

        public AggregatorState CaptureState() => inner.CaptureState();

        private async ValueTask<T> RunAsync<T>(Func<ValueTask<T>> call)
        {
            MostInside = Math.Max(MostInside, Interlocked.Increment(ref _inside));
            try
            {
                switch (_random.Next(20))
                {
                    case 0:
                        throw new Failure();
                    case 1:
                        await call();
                        throw new Failure();
                    case 2:
                        await Task.Yield();
                        break;
                    default:
                        break;
                }

                return await call();
            }
            finally
            {
                Interlocked.Decrement(ref _inside);
            }
        }
    }
}
