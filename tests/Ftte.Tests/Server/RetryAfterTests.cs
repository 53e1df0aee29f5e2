using Ftte.Wire;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>A device whose share of the buffer is used up waits until the next publication.</summary>
public sealed class RetryAfterTests
{
    [Fact]
    public async Task Until_two_versions_were_published_the_wait_is_the_default()
    {
        await using ServerBench bench = Quota(out ScriptedAggregator aggregator, TimeSpan.FromSeconds(4));
        Assert.Equal(TimeSpan.FromSeconds(4), await WaitAsync(bench));

        bench.Time.Advance(TimeSpan.FromMinutes(1));
        await PublishAsync(bench, aggregator);

        Assert.Equal(TimeSpan.FromSeconds(4), await WaitAsync(bench));
    }

    [Fact]
    public async Task Then_it_is_what_remains_of_the_average_interval()
    {
        await using ServerBench bench = Quota(out ScriptedAggregator aggregator, TimeSpan.FromSeconds(1));
        await PublishAsync(bench, aggregator);
        bench.Time.Advance(TimeSpan.FromSeconds(60));
        await PublishAsync(bench, aggregator);
        Assert.Equal(TimeSpan.FromSeconds(60), await WaitAsync(bench));
        bench.Time.Advance(TimeSpan.FromSeconds(100));
        await PublishAsync(bench, aggregator);

        // 60 + (100 - 60) / 4
        Assert.Equal(TimeSpan.FromSeconds(70), await WaitAsync(bench));
        bench.Time.Advance(TimeSpan.FromSeconds(45));
        Assert.Equal(TimeSpan.FromSeconds(25), await WaitAsync(bench));
        bench.Time.Advance(TimeSpan.FromSeconds(45));
        Assert.Equal(TimeSpan.FromSeconds(1), await WaitAsync(bench));
    }

    [Fact]
    public async Task It_is_never_longer_than_a_message_can_state()
    {
        await using ServerBench bench = Quota(out ScriptedAggregator aggregator, TimeSpan.FromSeconds(1));
        await PublishAsync(bench, aggregator);
        bench.Time.Advance(TimeSpan.FromDays(365));
        await PublishAsync(bench, aggregator);

        Assert.Equal(WireMessage.MaxDuration, await WaitAsync(bench));
    }

    [Fact]
    public async Task A_retry_time_of_the_aggregator_is_kept()
    {
        await using ServerBench bench = Quota(out ScriptedAggregator aggregator, TimeSpan.FromSeconds(1));
        aggregator.OnAggregate = (_, _) => new(aggregator.Answer(UpdateOutcome.ClientQuota) with { RetryAfter = TimeSpan.FromSeconds(99) });

        Assert.Equal(TimeSpan.FromSeconds(99), await WaitAsync(bench));
    }

    private static ServerBench Quota(out ScriptedAggregator aggregator, TimeSpan busyRetryAfter)
    {
        ServerBench bench = Scripted(out ScriptedAggregator scripted, new FederatedServerOptions { BusyRetryAfter = busyRetryAfter });
        scripted.OnAggregate = (_, _) => new(scripted.Answer(UpdateOutcome.ClientQuota));
        scripted.OnFlush = () => scripted.Publish(A);
        aggregator = scripted;
        return bench;
    }

    private static async Task PublishAsync(ServerBench bench, ScriptedAggregator aggregator)
    {
        ModelVersion before = aggregator.Current.Version;
        Assert.Equal(before.Next, (await bench.Server.FlushAsync())!.Version);
    }

    private static async Task<TimeSpan?> WaitAsync(ServerBench bench)
    {
        UpdateReceipt receipt = await bench.Submit("a");
        Assert.Equal(UpdateOutcome.ClientQuota, receipt.Outcome);
        return receipt.RetryAfter;
    }
}
