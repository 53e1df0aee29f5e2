using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>Enumerating the published versions.</summary>
public sealed class WatchTests
{
    [Fact]
    public async Task The_current_version_comes_first_and_then_each_publication()
    {
        await using ServerBench bench = Adding();
        await bench.Round("a");
        await using IAsyncEnumerator<ModelSnapshot> watch = bench.Server.WatchAsync().GetAsyncEnumerator();

        for (int version = 1; version <= 5; version++)
        {
            ValueTask<bool> next = watch.MoveNextAsync();
            Assert.Equal(version == 1, next.IsCompleted);
            if (version > 1)
            {
                await bench.Round("a");
            }

            Assert.True(await next);
            Assert.Equal(new ModelVersion(version), watch.Current.Version);
        }
    }

    [Fact]
    public async Task A_slow_watcher_skips_to_the_newest_and_misses_nothing_after_it()
    {
        await using ServerBench bench = Adding();
        await using IAsyncEnumerator<ModelSnapshot> watch = bench.Server.WatchAsync().GetAsyncEnumerator();
        await watch.MoveNextAsync();
        for (int i = 0; i < 10; i++)
        {
            await bench.Round("a");
        }

        await watch.MoveNextAsync();
        Assert.Same(bench.Server.Current, watch.Current);
        Task<bool> next = watch.MoveNextAsync().AsTask();
        Assert.False(next.IsCompleted);
        await bench.Round("a");
        Assert.True(await next);
        Assert.Equal(new ModelVersion(11), watch.Current.Version);
    }

    [Fact]
    public async Task A_stopped_server_ends_the_stream_after_its_last_version()
    {
        ServerBench bench = Adding();
        await using IAsyncEnumerator<ModelSnapshot> slow = bench.Server.WatchAsync().GetAsyncEnumerator();
        await slow.MoveNextAsync();
        await using IAsyncEnumerator<ModelSnapshot> waiting = bench.Server.WatchAsync().GetAsyncEnumerator();
        await waiting.MoveNextAsync();
        await bench.Round("a");
        Assert.True(await waiting.MoveNextAsync());
        Task<bool> end = waiting.MoveNextAsync().AsTask();

        await bench.DisposeAsync();

        Assert.False(await end);
        Assert.True(await slow.MoveNextAsync());
        Assert.Equal(new ModelVersion(1), slow.Current.Version);
        Assert.False(await slow.MoveNextAsync());
        Assert.Equal([new ModelVersion(1)], await bench.Server.WatchAsync().Select(s => s.Version).ToListAsync());
    }

    [Fact]
    public async Task Watching_can_be_cancelled()
    {
        await using ServerBench bench = Adding();
        using var cancellation = new CancellationTokenSource();
        await using IAsyncEnumerator<ModelSnapshot> watch = bench.Server.WatchAsync(cancellation.Token).GetAsyncEnumerator();
        await watch.MoveNextAsync();
        Task<bool> next = watch.MoveNextAsync().AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        await bench.Round("a");
    }
}
