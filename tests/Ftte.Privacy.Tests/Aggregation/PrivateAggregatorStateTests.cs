using Ftte.Aggregation;
using Ftte.Wire;

namespace Ftte.Privacy.Tests;

public class PrivateAggregatorStateTests
{
    private static DifferentialPrivacyOptions Privacy(int bands = 2, AdaptiveClipping? adaptive = null) => new()
    {
        ClippingNorm = 1,
        NoiseMultiplier = 1,
        MaxVersions = 20,
        MaxParticipations = 3,
        MinSeparation = 2,
        Bands = bands,
        AdaptiveClipping = adaptive,
    };

    private static PrivacyBench Bench(int bands = 2, AdaptiveClipping? adaptive = null)
    {
        BufferedAggregatorOptions options = PrivacyBench.OfCapacity(3);
        options.Optimizer = ServerOptimizer.Adam();
        return new PrivacyBench(Privacy(bands, adaptive), options, length: 5);
    }

    private static void Submit(PrivacyBench bench, int number, params ReadOnlySpan<IAsyncAggregator> aggregators)
    {
        UpdateHeader header = bench.Header($"client-{number % 8}");
        foreach (IAsyncAggregator aggregator in aggregators)
        {
            PrivacyBench.Submit(aggregator, header, [.. Enumerable.Range(0, 5).Select(i => MathF.Sin((number * 7) + i))]);
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_run_that_is_restarted_after_every_update_has_the_same_bits(int bands, bool adapts)
    {
        PrivacyBench bench = Bench(bands, adapts ? new AdaptiveClipping(1) : null);
        PrivateAggregator restarted = bench.Restore(bench.Aggregator.CaptureState());
        for (int i = 0; i < 30; i++)
        {
            Submit(bench, i, bench.Aggregator, restarted);
            restarted = bench.Restore(restarted.CaptureState());
            Assert.Equal(bench.Aggregator.CaptureState().Bytes.ToArray(), restarted.CaptureState().Bytes.ToArray());
        }

        Assert.InRange(bench.Aggregator.Current.Version.Number, 5, 20);
        Assert.Equal(bench.Aggregator.ComputeSpending(), restarted.ComputeSpending());
        Assert.Equal(bench.Model, restarted.Current.Parameters.ToArray());
        Assert.Equal(bench.Aggregator.ClippingNorm, restarted.ClippingNorm);
    }

    [Fact]
    public void A_restarted_aggregator_forgets_no_contribution()
    {
        PrivacyBench bench = Bench();
        bench.SubmitAs("a");
        bench.Restart();

        Assert.Equal(ParticipationStatus.AwaitsVersion, bench.Aggregator.GetParticipation(new ClientId("a")));
        Assert.NotEqual(UpdateOutcome.Buffered, bench.SubmitAs("a"));
    }

    /// <summary>
    /// A server that is killed before a version is durable starts again from its state, and other updates may complete the buffer. With the same noise, the difference of the two versions would be
    /// that of the updates.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Noise_is_not_reused_for_other_updates(int bands)
    {
        BufferedAggregatorOptions options = PrivacyBench.OfCapacity(1);
        var bench = new PrivacyBench(Privacy(bands), options);
        bench.SubmitAs("a");
        AggregatorState state = bench.Aggregator.CaptureState();
        PrivateAggregator first = bench.Restore(state), second = bench.Restore(state), same = bench.Restore(state);
        UpdateHeader header = bench.Header();

        PrivacyBench.Submit(first, header, 0.25f, 0);
        PrivacyBench.Submit(second, header, 0.5f, 0);
        PrivacyBench.Submit(same, header, 0.25f, 0);

        float[] a = first.Current.Parameters.ToArray(), b = second.Current.Parameters.ToArray();
        Assert.Equal(a, same.Current.Parameters.ToArray());
        Assert.True(Math.Abs(b[0] - a[0] - 0.25f) > 1e-3);
        Assert.True(Math.Abs(b[1] - a[1]) > 1e-3);
    }

    [Fact]
    public void Noise_is_not_reused_for_the_next_version()
    {
        var bench = new PrivacyBench(Privacy(bands: 1), PrivacyBench.OfCapacity(1));
        bench.SubmitAs("a");
        float[] first = bench.Model;
        bench.SubmitAs("b");

        Assert.True(Math.Abs(bench.Model[0] - (2 * first[0])) > 1e-3);
    }

    public static TheoryData<string, Action<DifferentialPrivacyOptions>> Changes => new()
    {
        { "clipping norm", o => o.ClippingNorm = 2 },
        { "noise multiplier", o => o.NoiseMultiplier = 0.5 },
        { "maximum number of versions", o => o.MaxVersions = 40 },
        { "maximum number of participations", o => o.MaxParticipations = 4 },
        { "separation", o => o.MinSeparation = 3 },
        { "number of bands", o => o.Bands = 1 },
        { "test seed", o => o.TestSeed = 1 },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Other_options_would_make_the_accountant_wrong_and_are_refused(string name, Action<DifferentialPrivacyOptions> change)
    {
        PrivacyBench bench = Bench();
        AggregatorState state = bench.Aggregator.CaptureState();
        change(bench.Privacy);

        Assert.Contains($"another {name}", Assert.Throws<ArgumentException>(() => bench.Restore(state)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_of_another_aggregator_is_refused()
    {
        PrivacyBench bench = Bench();
        var other = new BufferedAggregator(bench.Aggregator.Current, bench.Selections);

        Assert.Contains("kind of aggregator", Assert.Throws<ArgumentException>(() => bench.Restore(other.CaptureState())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_state_is_rejected()
    {
        PrivacyBench bench = Bench();
        Submit(bench, 1, bench.Aggregator);
        byte[] content = bench.Aggregator.CaptureState().Content.ToArray();

        for (int length = 0; length < content.Length; length++)
        {
            var state = AggregatorState.Create(PrivateAggregator.StateKind, content.AsSpan(0, length));
            Assert.Throws<WireFormatException>(() => bench.Restore(state));
        }
    }
}
