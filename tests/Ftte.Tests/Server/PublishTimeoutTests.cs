using Ftte.Selection;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>A buffer that does not fill is offered for publication when its time is up.</summary>
/// <remarks>The clock is advanced by hand; the offer then waits in the queue before the next call, so that awaiting that call awaits the offer too.</remarks>
public sealed class PublishTimeoutTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task A_buffer_is_published_when_it_has_waited_since_its_first_update()
    {
        await using ServerBench bench = Adding(new FederatedServerOptions { PublishTimeout = Minute }, capacity: 10);
        await bench.Round("a");
        bench.Time.Advance(Minute - Instant);
        await bench.Round("b");
        Assert.Equal(default, bench.Server.Current.Version);

        bench.Time.Advance(Instant);
        ModelSnapshot published = await bench.Server.WatchAsync().FirstAsync(s => s.Version > default(ModelVersion));

        Assert.Equal(new ModelVersion(1), published.Version);
        Assert.Equal(Start.Parameters.Span[0] + 2, published.Parameters.Span[0]);
    }

    [Fact]
    public async Task Draining_waits_for_the_publication_that_the_clock_has_asked_for()
    {
        await using ServerBench bench = Adding(new FederatedServerOptions { PublishTimeout = Minute }, capacity: 10);
        await bench.Round("a");
        await bench.Round("b");
        bench.Time.Advance(Minute);

        await bench.Server.DrainAsync();

        Assert.Equal(new ModelVersion(1), bench.Server.Current.Version);
        await bench.Server.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await bench.Server.DrainAsync());
    }

    [Fact]
    public async Task Without_a_timeout_a_buffer_waits_for_ever()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator);
        await bench.Submit("a");

        bench.Time.Advance(TimeSpan.FromDays(365));

        await bench.Submit("b");
        Assert.Equal(0, aggregator.Flushes);
    }

    [Fact]
    public async Task Nothing_is_offered_while_no_update_waits()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator, new FederatedServerOptions { PublishTimeout = Minute });
        aggregator.OnAggregate = (_, _) => new(aggregator.Answer(UpdateOutcome.TooStale));
        bench.Time.Advance(Minute);
        await bench.Submit("a");
        bench.Time.Advance(Minute);
        await bench.Submit("a");

        Assert.Equal(0, aggregator.Flushes);
    }

    [Fact]
    public async Task A_buffer_that_holds_too_little_is_offered_again_after_the_same_time()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator, new FederatedServerOptions { PublishTimeout = Minute });
        await bench.Submit("a");
        for (int offers = 1; offers <= 3; offers++)
        {
            bench.Time.Advance(Minute - Instant);
            await bench.Submit("b");
            Assert.Equal(offers - 1, aggregator.Flushes);
            bench.Time.Advance(Instant);
            await bench.Submit("b");
            Assert.Equal(offers, aggregator.Flushes);
        }
    }

    [Fact]
    public async Task After_a_flush_that_threw_the_buffer_is_offered_again()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator, new FederatedServerOptions { PublishTimeout = Minute });
        aggregator.OnFlush = () => throw new InvalidOperationException("not now");
        await bench.Submit("a");
        bench.Time.Advance(Minute);
        await bench.Submit("b");
        aggregator.OnFlush = () => aggregator.Publish(A);

        bench.Time.Advance(Minute);

        await bench.Submit("b");
        Assert.Equal((2, new ModelVersion(1)), (aggregator.Flushes, bench.Server.Current.Version));
    }

    [Fact]
    public async Task A_buffer_that_was_published_meanwhile_is_not_offered()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator, new FederatedServerOptions { PublishTimeout = Minute });
        await bench.Submit("a");
        aggregator.OnAggregate = (_, _) =>
        {
            aggregator.Publish(A);
            return new(aggregator.Answer(UpdateOutcome.Published));
        };
        await bench.Submit("b");

        bench.Time.Advance(Minute);

        await bench.Submit("c");
        Assert.Equal(0, aggregator.Flushes);
    }

    [Fact]
    public async Task A_ring_that_comes_late_does_not_cut_the_time_of_the_next_buffer()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator, new FederatedServerOptions { PublishTimeout = Minute });
        await bench.Submit("a");
        var gate = new Gate();
        aggregator.OnAggregate = async (_, _) =>
        {
            await gate.PassAsync();
            aggregator.Publish(A);
            return aggregator.Answer(UpdateOutcome.Buffered);
        };
        Task<UpdateReceipt> slow = bench.Submit("b");
        await gate.Arrived;

        // Rings for the first buffer while the aggregator publishes it and begins another.
        bench.Time.Advance(Minute);
        aggregator.OnAggregate = (_, _) => new(aggregator.Answer(UpdateOutcome.Buffered));
        gate.Open();
        await slow;
        await bench.Submit("c");
        Assert.Equal(0, aggregator.Flushes);

        bench.Time.Advance(Minute);
        await bench.Submit("d");
        Assert.Equal(1, aggregator.Flushes);
    }

    [Fact]
    public async Task A_ring_that_finds_the_queue_full_rings_again()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator, new FederatedServerOptions { PublishTimeout = Minute, QueueCapacity = 1 });
        await bench.Submit("a");
        var gate = new Gate();
        aggregator.OnAggregate = async (_, _) =>
        {
            await gate.PassAsync();
            return aggregator.Answer(UpdateOutcome.Buffered);
        };
        Task<UpdateReceipt> slow = bench.Submit("b");
        await gate.Arrived;
        Task<UpdateReceipt> waiting = bench.Submit("c");
        bench.Time.Advance(Minute);
        gate.Open();
        await Task.WhenAll(slow, waiting);
        Assert.Equal(0, aggregator.Flushes);

        bench.Time.Advance(Minute);

        // A flush waits for room where an update would be told that the queue, of one place, is full; so it comes second.
        await bench.Server.FlushAsync();
        Assert.Equal(2, aggregator.Flushes);
    }

    [Fact]
    public async Task A_stopped_server_leaves_no_timer_behind()
    {
        var time = new LiveTimers();
        var server = new FederatedServer(new ScriptedAggregator(Start), new SelectionHistory(A), new FederatedServerOptions { PublishTimeout = Minute }, time: time);
        using (SparseUpdate update = Update(Header("a"), 4))
        {
            await server.SubmitAsync(update);
        }

        Assert.Equal(2, time.Count); // of the buffer, and of the checks for stalls
        await server.DisposeAsync();

        Assert.Equal(0, time.Count);
    }

    /// <summary>Counts the timers that were made and not yet disposed.</summary>
    private sealed class LiveTimers : TimeProvider
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref _count);
            return new Counted(this);
        }

        private sealed class Counted(LiveTimers timers) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() => Interlocked.Decrement(ref timers._count);

            public ValueTask DisposeAsync()
            {
                Dispose();
                return default;
            }
        }
    }
}
