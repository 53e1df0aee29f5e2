using System.Buffers;
using Ftte.Aggregation;
using Ftte.Serialization;

namespace Ftte.Tests.Aggregation;

/// <summary>Clips and caps while some reference values exist and others do not.</summary>
public class ReferenceValuesTests
{
    // Square roots of the counts are 2 and 3, so that norms per coordinate are exact.
    private static readonly ParameterLayout Layout = ParameterLayout.Create([("weight", [4], ParameterRole.Trainable), ("mean", [9], ParameterRole.Statistic)]);
    private static readonly ParameterSelection Everything = ParameterSelection.Full(Layout);

    // The weights have norm 5, the means have norm 6.
    private static readonly float[] Model = [3, 4, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2];

    [Theory]
    [InlineData(false, false, 0, 0, true)]
    [InlineData(false, false, 1, 0, false)]
    [InlineData(false, false, 0, 1, false)]
    [InlineData(true, false, 1, 0, true)]
    [InlineData(true, false, 1, 1, false)]
    [InlineData(false, true, 0, 1, true)]
    [InlineData(false, true, 1, 1, false)]
    [InlineData(true, true, 1, 1, true)]
    public void An_update_waits_for_the_references_of_its_own_values(bool knowsNorm, bool knowsStatistics, double norm, double statisticNorm, bool isEnough)
    {
        ReferenceValues references = new(Options(), countsExamples: false);
        references.Observe(Update(knowsNorm ? 2 : 0, knowsStatistics ? 3 : 0), variance: 0);
        references.Publish();

        Assert.Equal(isEnough, references.IsEnoughFor(Update(norm, statisticNorm)));
    }

    [Theory]
    [InlineData(10.0, true, null, false)]
    [InlineData(10.0, true, 20, true)]
    [InlineData(10.0, false, null, true)]
    [InlineData(null, true, null, true)]
    public void An_update_waits_for_the_reference_count_if_counts_are_capped_and_used(double? cap, bool countsExamples, int? expected, bool isEnough)
    {
        BufferedAggregatorOptions options = new() { NormClip = null, ExampleCap = cap, ExpectedExampleCount = expected };

        Assert.Equal(isEnough, new ReferenceValues(options, countsExamples).IsEnoughFor(Update(1, 1)));
    }

    [Fact]
    public void Without_a_limit_no_update_waits_for_a_norm() =>
        Assert.True(new ReferenceValues(Options(normClip: null), countsExamples: false).IsEnoughFor(Update(1, 1)));

    [Fact]
    public void Each_kind_of_values_is_clipped_by_its_own_reference()
    {
        ReferenceValues references = new(Options(normClip: 3), countsExamples: true);
        Assert.Equal((1, 1), (references.Clip(1e9, 4), references.ClipStatistics(1e9, 9)));
        references.Observe(Update(norm: 2, statisticNorm: 0), variance: 0);
        references.Publish();

        // 3 times the norm per coordinate of 1, for 16 coordinates.
        Assert.Equal((1, 0.5), (references.Clip(12, 16), references.Clip(24, 16)));
        Assert.Equal(1, references.ClipStatistics(1e9, 9));
        references.Observe(Update(norm: 0, statisticNorm: 6), variance: 0);
        references.Publish();

        // 3 times the norm per coordinate of 2, for 4 coordinates.
        Assert.Equal((1, 0.25), (references.ClipStatistics(12, 4), references.ClipStatistics(48, 4)));
        Assert.Equal(0.5, references.Clip(24, 16));
    }

    [Fact]
    public void A_reference_of_zero_clips_nothing()
    {
        var state = new ArrayBufferWriter<byte>();
        var writer = new StateWriter(state);
        for (int reference = 0; reference < 4; reference++)
        {
            writer.Double(0);
            writer.Int32(0);
        }

        ReferenceValues references = new(Options(), countsExamples: true);
        var reader = new StateReader(state.WrittenSpan);
        references.Load(ref reader);

        Assert.Equal((1, 1), (references.Clip(5, 4), references.ClipStatistics(5, 9)));
    }

    [Theory]
    [InlineData(10.0, 200, 200)]
    [InlineData(10.0, 201, 200)]
    [InlineData(null, 201, 201)]
    public void A_count_is_reduced_to_a_multiple_of_the_reference(double? cap, int examples, int expected) =>
        Assert.Equal(expected, new ReferenceValues(new() { ExampleCap = cap, ExpectedExampleCount = 20 }, countsExamples: true).Cap(examples));

    [Fact]
    public void Without_a_reference_no_count_is_reduced() => Assert.Equal(int.MaxValue, new ReferenceValues(new(), countsExamples: true).Cap(int.MaxValue));

    [Fact]
    public void Norms_are_observed_before_the_clip_and_variances_after_it()
    {
        ReferenceValues references = new(Options(normClip: 3), countsExamples: true);
        references.Observe(Update(norm: 4, statisticNorm: 6, examples: 7) with { Clip = 0.5, StatisticClip = 0.25 }, variance: 8);
        references.Publish();

        Assert.Equal((2, 7), (references.Variance, references.Examples));
        Assert.Equal((2, 2), (ScaleOf(references.Clip), ScaleOf(references.ClipStatistics)));
    }

    [Fact]
    public void Updates_of_the_first_buffer_are_clipped_and_capped_by_its_medians()
    {
        ReferenceValues references = new(Options(normClip: 1, exampleCap: 1), countsExamples: true);

        List<AdmittedUpdate> released = Release(references, Copy(2, 3, 10, variance: 1), Copy(4, 6, 20, variance: 3), Copy(8, 30, 30, variance: 8));

        Assert.Equal([1, 1, 0.5], released.Select(update => update.Clip));
        Assert.Equal([1, 1, 0.2], released.Select(update => update.StatisticClip));
        Assert.Equal([10, 20, 20], released.Select(update => update.ExampleCount));
        references.Publish();
        Assert.Equal((2, 2), (ScaleOf(references.Clip, 1), ScaleOf(references.ClipStatistics, 1)));

        // The variance of the clipped third update is 2.
        Assert.Equal((2, 20), (references.Variance, references.Examples));
    }

    [Fact]
    public void Two_updates_are_clipped_by_the_model_and_capped_by_the_smaller_count()
    {
        ReferenceValues references = new(Options(normClip: 3, exampleCap: 2), countsExamples: true);

        List<AdmittedUpdate> released = Release(references, Copy(10, 12, 10), Copy(5, 6, 30));

        Assert.Equal([0.5, 1], released.Select(update => update.Clip));
        Assert.Equal([0.5, 1], released.Select(update => update.StatisticClip));
        Assert.Equal([10, 20], released.Select(update => update.ExampleCount));
        references.Publish();

        // Both have the norm of the model after the clip: 5 of 4 coordinates and 6 of 9.
        Assert.Equal((2.5, 2), (ScaleOf(references.Clip), ScaleOf(references.ClipStatistics)));
    }

    [Fact]
    public void Counts_that_are_not_used_are_not_capped()
    {
        ReferenceValues references = new(Options(exampleCap: 1), countsExamples: false);

        Assert.Equal([10, 30], Release(references, Copy(1, 1, 10), Copy(1, 1, 30)).Select(update => update.ExampleCount));
    }

    [Fact]
    public void A_count_is_capped_by_the_reference_if_it_is_known()
    {
        ReferenceValues references = new(new() { ExampleCap = 1, ExpectedExampleCount = 20 }, countsExamples: true);

        Assert.Equal([20, 10], Release(references, Copy(1, 1, 30), Copy(1, 1, 10)).Select(update => update.ExampleCount));
    }

    [Theory]
    [InlineData(2, 0, 0.25, 0.5)]
    [InlineData(0, 3, 0.5, 0.25)]
    [InlineData(2, 3, 0.25, 0.25)]
    public void A_known_reference_is_used_instead_of_the_buffer_and_an_unknown_one_comes_from_the_buffer(double norm, double statisticNorm, double clip, double statisticClip)
    {
        ReferenceValues references = new(Options(normClip: 1), countsExamples: false);
        references.Observe(Update(norm, statisticNorm), variance: 0);
        references.Publish();

        // A known reference of 1 allows norms of 2 and 3. The medians of the buffer are 2 and 2, which allow 4 and 6.
        List<AdmittedUpdate> released = Release(references, Copy(4, 6), Copy(4, 6), Copy(8, 12));

        Assert.Equal((clip, statisticClip), (released[2].Clip, released[2].StatisticClip));
    }

    [Fact]
    public void Norms_of_the_first_buffer_are_observed_before_the_clip()
    {
        ReferenceValues references = new(Options(normClip: 0.5), countsExamples: false);

        // The medians are 2 and 2. After the clip, all norms per coordinate are at most 1.
        Release(references, Copy(2, 3), Copy(4, 6), Copy(8, 12));
        references.Publish();

        Assert.Equal((2, 2), (ScaleOf(references.Clip, 0.5), ScaleOf(references.ClipStatistics, 0.5)));
    }

    [Fact]
    public void Updates_of_zeros_are_not_usual()
    {
        ReferenceValues references = new(Options(normClip: 3), countsExamples: false);

        // Two norms are too few for a median, so the model is the limit.
        List<AdmittedUpdate> released = Release(references, Copy(0, 0), Copy(10, 12), Copy(10, 12));

        Assert.Equal([1, 0.5, 0.5], released.Select(update => update.Clip));
        Assert.Equal([1, 0.5, 0.5], released.Select(update => update.StatisticClip));
        references.Publish();
        Assert.Equal((2.5, 2), (ScaleOf(references.Clip), ScaleOf(references.ClipStatistics)));
    }

    [Fact]
    public void A_model_of_zeros_clips_nothing()
    {
        ReferenceValues references = new(Options(), countsExamples: false);
        List<AdmittedUpdate> released = [];

        references.Release([Copy(10, 12)], new float[Model.Length], (update, _) => released.Add(update));

        Assert.Equal((1, 1), (released[0].Clip, released[0].StatisticClip));
    }

    [Fact]
    public void Without_a_limit_the_first_buffer_is_not_clipped()
    {
        ReferenceValues references = new(Options(normClip: null), countsExamples: false);

        Assert.All(Release(references, Copy(1e6, 1e6), Copy(1, 1)), update => Assert.Equal((1, 1), (update.Clip, update.StatisticClip)));
    }

    [Fact]
    public void In_a_small_buffer_a_large_norm_moves_a_reference_as_far_as_the_largest_that_is_not_clipped()
    {
        ReferenceValues references = new(Options(normClip: 3), countsExamples: false);
        references.Observe(Update(norm: 4, statisticNorm: 6), variance: 0);
        references.Publish();
        references.Observe(Update(norm: 4000, statisticNorm: 6000), variance: 0);
        references.Publish();

        // A quarter of the way from 2 to 6.
        Assert.Equal((3, 3), (ScaleOf(references.Clip), ScaleOf(references.ClipStatistics)));
    }

    private static BufferedAggregatorOptions Options(double? normClip = 3, double? exampleCap = null) => new() { NormClip = normClip, ExampleCap = exampleCap };

    private static AdmittedUpdate Update(double norm, double statisticNorm, int examples = 1) =>
        new(new UpdateHeader(new ClientId("c"), default, Layout.Fingerprint, default, default, examples), Everything, Layout.Roles.Of(Everything), examples, 1, 1, norm, 1, statisticNorm);

    private static UpdateCopy Copy(double norm, double statisticNorm, int examples = 1, double variance = 0) =>
        UpdateCopy.Create(Update(norm, statisticNorm, examples), variance, new float[Everything.Count], MemoryPool<float>.Shared);

    private static List<AdmittedUpdate> Release(ReferenceValues references, params UpdateCopy[] held)
    {
        List<AdmittedUpdate> released = [];
        references.Release(held, Model, (update, _) => released.Add(update));
        return released;
    }

    /// <summary>Computes a reference norm from the clip of a long step with one value.</summary>
    private static double ScaleOf(Func<double, int, double> clip, double normClip = 3) => Math.Round(clip(1 << 20, 1) * (1 << 20) / normClip, 9);
}
