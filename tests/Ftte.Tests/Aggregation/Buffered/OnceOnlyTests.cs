using Ftte.Aggregation;
using Ftte.Selection;

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
    public void Trained_parameters_sent_twice_are_a_duplicate_although_the_model_has_moved_beyond_the_largest_norm()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 1, MaxNorm = 3, NormClip = null, Reduction = Reduction.Sum(), Weighting = new ConstantWeighting() });
        UpdateHeader first = bench.Header() with { Content = UpdateContent.Trained };
        Assert.Equal(UpdateOutcome.Published, bench.Submit(first, 1.5f, 0).Outcome);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, 2.9f, 0f).Outcome);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, 2.9f, 0f).Outcome);
        Assert.Equal(UpdateOutcome.Duplicate, bench.Submit(first, 1.5f, 0).Outcome);
    }

    [Fact]
    public void An_update_sent_twice_is_a_duplicate_although_its_selection_was_forgotten()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 3 });
        UpdateHeader header = bench.Header();
        Assert.Equal(UpdateOutcome.Buffered, bench.Submit(header, 1, 1).Outcome);
        for (int i = 0; i <= bench.Selections.Capacity; i++)
        {
            bench.Selections.Announce(ParameterSelection.Create(2, [new(i % 2, 1)]));
        }

        Assert.Equal(UpdateOutcome.UnknownSelection, bench.Submit(header with { Id = new(99) }, 1, 1).Outcome);
        Assert.Equal(UpdateOutcome.Duplicate, bench.Submit(header, 1, 1).Outcome);
    }

    [Fact]
    public void The_receipt_states_that_the_client_has_used_up_its_share_of_the_buffer()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 4, MaxUpdatesPerClient = 2 });
        UpdateHeader header = bench.Header();
        Assert.False(bench.Submit(header, 1, 1).AwaitsNextVersion);
        Assert.False(bench.Submit(header, 1, 1).AwaitsNextVersion);
        Assert.True(bench.Submit(header with { Id = new(98) }, 1, 1).AwaitsNextVersion);
        UpdateReceipt duplicate = bench.Submit(header, 1, 1), third = bench.Submit(header with { Id = new(99) }, 1, 1);
        Assert.Equal((UpdateOutcome.Duplicate, true), (duplicate.Outcome, duplicate.AwaitsNextVersion));
        Assert.Equal((UpdateOutcome.ClientQuota, true), (third.Outcome, third.AwaitsNextVersion));
        Assert.False(bench.Submit(0, 1f, 1f).AwaitsNextVersion);
        UpdateReceipt last = bench.Submit(0, 1f, 1f);
        Assert.Equal((UpdateOutcome.Published, false), (last.Outcome, last.AwaitsNextVersion));
        Assert.False(bench.Submit(header, 1, 1).AwaitsNextVersion);
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
