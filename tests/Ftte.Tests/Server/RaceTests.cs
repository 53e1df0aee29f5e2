using System.Collections.Concurrent;
using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Testing;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>Many threads at once that cancel at random.</summary>
public sealed class RaceTests
{
    private const int Threads = 8;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_buffer_is_never_read_after_its_caller_got_it_back(int seed)
    {
        const int Submissions = 300, Values = 4;
        var pool = new PoisoningPool();
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator, new FederatedServerOptions { QueueCapacity = 1000 });
        int spoiled = 0, folded = 0;
        var cancellations = new ConcurrentDictionary<int, CancellationTokenSource>();
        var cancels = new Random(seed);
        aggregator.OnAggregate = async (update, _) =>
        {
            // What was sent is the example count, in every value; a buffer that was returned holds NaN, or what somebody else sent.
            ReadOnlyMemory<float> values = update.Values;
            int cancelAt = cancels.Next(10);
            for (int look = 0; look < 5; look++)
            {
                if (look == cancelAt)
                {
                    await cancellations[update.Header.ExampleCount].CancelAsync();
                }

                if (values.Span.ContainsAnyExcept(update.Header.ExampleCount))
                {
                    Interlocked.Increment(ref spoiled);
                }

                await Task.Yield();
            }

            folded++;
            return aggregator.Answer(UpdateOutcome.Buffered);
        };

        int[][] outcomes = await Task.WhenAll(Enumerable.Range(0, Threads).Select(t => Task.Run(() => WorkAsync(t))));

        await bench.Server.DisposeAsync();
        Assert.Equal(0, spoiled);
        Assert.Equal(0, pool.Outstanding);
        int buffered = outcomes.Sum(o => o[0]), cancelled = outcomes.Sum(o => o[1]);
        Assert.Equal(Threads * Submissions, buffered + cancelled);
        Assert.Equal(folded, buffered);
        Assert.True(buffered > 0 && cancelled > 0, "the race did not take place");

        async Task<int[]> WorkAsync(int thread)
        {
            var random = new Random((seed * 100) + thread);
            int[] counts = new int[2];
            for (int i = 1; i <= Submissions; i++)
            {
                using var cancellation = new CancellationTokenSource();
                int examples = (thread * Submissions) + i;
                cancellations[examples] = cancellation;
                UpdateHeader header = (await bench.Assignment($"d{thread}")).CreateHeader(examples);
                SparseUpdate update = SparseUpdate.Create(header, [.. Enumerable.Repeat((float)examples, Values)], pool);
                Task canceller = random.Next(2) == 0 ? Task.CompletedTask : CancelAsync(cancellation, random.Next(500));
                try
                {
                    Assert.Equal(UpdateOutcome.Buffered, (await bench.Server.SubmitAsync(update, cancellation.Token)).Outcome);
                    counts[0]++;
                }
                catch (OperationCanceledException)
                {
                    counts[1]++;
                }

                update.Dispose();
                await canceller;
            }

            return counts;
        }
    }

    [Fact]
    public async Task A_device_always_holds_exactly_the_version_in_its_assignment()
    {
        const int Rounds = 150;
        var published = new ConcurrentDictionary<ModelVersion, ModelSnapshot> { [default] = Start };
        var selections = new SelectionHistory(A);
        var aggregator = new AddingAggregator(Start, selections, capacity: 3);
        await using var server = new FederatedServer(new Recording(aggregator, published), selections, new FederatedServerOptions { RefreshHistory = 8 });
        using var done = new CancellationTokenSource();
        Task changer = Task.Run(async () =>
        {
            ParameterSelection[] choices = [A, B, C, A.Union(C)];
            for (int i = 0; !done.IsCancellationRequested; i++)
            {
                server.ChangeSelection(choices[i % choices.Length], 0);
                await Task.Yield();
            }
        });

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(t => Task.Run(() => WorkAsync($"d{t}"))));
        await done.CancelAsync();
        await changer;

        async Task WorkAsync(string client)
        {
            float[] buffer = new float[Layout.ParameterCount];
            long? held = null;
            for (int i = 0; i < Rounds; i++)
            {
                TrainingAssignment assignment = (await server.CheckOutAsync(Device(client, held), buffer)).Assignment!;
                held = assignment.Version.Number;
                Assert.Equal(published[assignment.Version].Parameters.ToArray(), buffer);
                using SparseUpdate update = Update(assignment.CreateHeader(1), assignment.Selection.Count);
                UpdateOutcome outcome = (await server.SubmitAsync(update)).Outcome;
                Assert.True(outcome is UpdateOutcome.Buffered or UpdateOutcome.Published or UpdateOutcome.UnknownSelection, $"{outcome}");
            }
        }
    }

    [Fact]
    public async Task Never_are_more_devices_at_work_than_allowed()
    {
        const int Limit = 3, Attempts = 300;
        await using ServerBench bench = Adding(new FederatedServerOptions { MaxConcurrency = Limit, QueueCapacity = Threads });
        int atWork = 0, most = 0, assigned = 0;

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(t => Task.Run(() => WorkAsync($"d{t}"))));

        Assert.InRange(most, 1, Limit);
        Assert.Equal(assigned, bench.Server.Current.Version.Number);

        async Task WorkAsync(string client)
        {
            for (int i = 0; i < Attempts; i++)
            {
                CheckOutResponse answer = await bench.CheckOutResponse(client);
                if (answer.IsAssigned)
                {
                    Interlocked.Increment(ref assigned);
                    int now = Interlocked.Increment(ref atWork), seen;
                    while (now > (seen = Volatile.Read(ref most)) && Interlocked.CompareExchange(ref most, now, seen) != seen)
                    {
                    }

                    await Task.Yield();
                    Interlocked.Decrement(ref atWork);
                    Assert.Equal(UpdateOutcome.Published, (await bench.Submit(answer.Assignment)).Outcome);
                }
            }
        }
    }

    [Fact]
    public async Task Stopping_in_full_traffic_loses_nothing_that_was_accepted()
    {
        ServerBench bench = Scripted(out ScriptedAggregator aggregator);
        int folded = 0;
        aggregator.OnAggregate = (_, _) =>
        {
            folded++;
            return new(aggregator.Answer(UpdateOutcome.Buffered));
        };
        int accepted = 0;
        var traffic = new TaskCompletionSource();
        Task[] devices = [.. Enumerable.Range(0, Threads).Select(t => Task.Run(() => WorkAsync($"d{t}")))];
        await traffic.Task;

        await bench.DisposeAsync();
        await Task.WhenAll(devices);

        Assert.Equal(folded, accepted);
        Assert.Equal(UpdateOutcome.Stopped, (await bench.Submit("late")).Outcome);

        async Task WorkAsync(string client)
        {
            while (true)
            {
                UpdateReceipt receipt = await bench.Submit(client);
                if (receipt.Outcome == UpdateOutcome.Stopped)
                {
                    return;
                }

                Assert.True(receipt.IsAccepted);
                if (Interlocked.Increment(ref accepted) == 500)
                {
                    traffic.SetResult();
                }
            }
        }
    }

    private static Task CancelAsync(CancellationTokenSource cancellation, int spins) => Task.Run(() =>
    {
        Thread.SpinWait(spins);
        cancellation.Cancel();
    });

    /// <summary>Remembers every version before anybody can be told of it.</summary>
    private sealed class Recording(IAsyncAggregator inner, ConcurrentDictionary<ModelVersion, ModelSnapshot> published) : IAsyncAggregator
    {
        public ModelSnapshot Current => inner.Current;

        public async ValueTask<UpdateReceipt> AggregateAsync(SparseUpdate update, CancellationToken cancellationToken = default)
        {
            UpdateReceipt receipt = await inner.AggregateAsync(update, cancellationToken);
            published[inner.Current.Version] = inner.Current;
            return receipt;
        }

        public ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);
    }
}
