namespace Ftte.Tests.Aggregation;

/// <summary>Each update counts once, from a version that was published, and each client once per buffer.</summary>
public class OnceOnlyTests
{
    [Fact]
    public void An_update_sent_twice_counts_once_even_after_its_version_was_published()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 2, MaxUpdatesPerClient = 10 });
        UpdateHeader header = bench.Header();
        Assert.Equal(UpdateOutcome.Buffered, bench.Submit(header, 1, 1).Outcome);
        Assert.Equal(UpdateOutcome.Duplicate, bench.Submit(header, 1, 1).Outcome);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, 3f, 3f).Outcome);
        UpdateReceipt again = bench.Submit(header, 1, 1);
        Assert.Equal(UpdateOutcome.Duplicate, again.Outcome);
        Assert.True(again.IsAccepted);
        Assert.Equal([2f, 2f], bench.Model);
    }

    [Fact]
    public void In_a_synchronous_round_an_update_sent_twice_is_still_a_duplicate_after_the_round_has_ended()
    {
        Bench bench = Bench.OfZeros(BufferedAggregatorOptions.FedAvg(1));
        UpdateHeader header = bench.Header();
        Assert.Equal(UpdateOutcome.Published, bench.Submit(header, 1, 1).Outcome);
        Assert.Equal(UpdateOutcome.Duplicate, bench.Submit(header, 1, 1).Outcome);
        Assert.Equal(UpdateOutcome.TooStale, bench.Submit(bench.Header(age: 1), 1, 1).Outcome);
    }

    [Fact]
    public void A_version_not_yet_published_is_rejected()
    {
        Bench bench = Bench.OfZeros();
        Assert.Equal(UpdateOutcome.FutureVersion, bench.Submit(-1, 1f, 1f).Outcome);
    }

    [Theory]
    [InlineData(null, 20)]
    [InlineData(200, 80)]
    public void The_largest_age_follows_concurrency_over_capacity(int? concurrency, long maxAge)
    {
        var layout = ParameterLayout.Create(("x", [1]));
        var options = new BufferedAggregatorOptions { Capacity = 10, Concurrency = concurrency };
        BufferedAggregator aggregator = Bench.Aged(layout, [0], new SelectionHistory(ParameterSelection.Full(layout)), 1000, options);
        Assert.Equal(UpdateOutcome.Buffered, Submit(maxAge));
        Assert.Equal(UpdateOutcome.TooStale, Submit(maxAge + 1));

        UpdateOutcome Submit(long age)
        {
            using var update = SparseUpdate.Create(new UpdateHeader(new ClientId($"c{age}"), default, layout.Fingerprint, new ModelVersion(1000 - age), default, 1), [1f]);
            return Bench.Now(aggregator.AggregateAsync(update)).Outcome;
        }
    }

    [Fact]
    public void A_client_has_one_update_in_a_buffer_and_another_in_the_next()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 2 });
        UpdateHeader header = bench.Header();
        Assert.Equal(UpdateOutcome.Buffered, bench.Submit(header, 1, 1).Outcome);
        Assert.Equal(UpdateOutcome.ClientQuota, bench.Submit(header with { Id = new(99) }, 1, 1).Outcome);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, 1f, 1f).Outcome);
        Assert.Equal(UpdateOutcome.Buffered, bench.Submit(header with { Id = new(99) }, 1, 1).Outcome);
    }
}
