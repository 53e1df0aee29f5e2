using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.Privacy.Tests;

/// <summary>Options with which the guarantee would be false are refused with one sentence that states the reason, and one that states what to do.</summary>
public class AggregationRequirementsTests
{
    public static TheoryData<string, Action<BufferedAggregatorOptions>> Refused => new()
    {
        { "select", o => (o.Capacity, o.Reduction) = (5, Reduction.Median()) },
        { "divisor must be public", o => o.Reduction = Reduction.MassDampedMean() },
        { "divisor must be public", o => o.Reduction = Reduction.MassDampedMean(byExamples: false) },
        { "divisor must be public", o => o.Reduction = Reduction.WeightedMean() },
        { "divisor must be public", o => o.Reduction = Reduction.Sum() },
        { "private data: the values of updates", o => o.Weighting = new AgeAndVarianceWeighting() },
        { "private data: the values of updates", o => o.Weighting = new RationalWeighting() },
        { "private data: the values of updates", o => o.Weighting = new AlignmentWeighting() },
        { "has spent its budget", o => o.Guard = new StepGuard() },
        { "running median norm", o => o.NormClip = 3 },
        { "Example counts are private", o => o.ExampleCap = 10 },
        { "Example counts are private", o => o.ExpectedExampleCount = 10 },
        { "depend on private data", o => o.MaxNorm = 10 },
        { "at most once", o => o.MaxUpdatesPerClient = 2 },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Options_that_break_the_guarantee_are_refused(string reason, Action<BufferedAggregatorOptions> change)
    {
        BufferedAggregatorOptions options = PrivacyBench.OfCapacity(2);
        change(options);

        ArgumentException error = Assert.Throws<ArgumentException>(() => new PrivacyBench(options: options));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Matches(@"\. (Set|Use) ", error.Message);
    }

    [Fact]
    public void Statistics_of_batch_normalization_are_refused()
    {
        var layout = ParameterLayout.Create([("mean", [2], ParameterRole.Statistic), ("weight", [2], ParameterRole.Trainable)]);
        var selections = new SelectionHistory(ParameterSelection.OfBlocks(layout, "weight"));

        ArgumentException error = Assert.Throws<ArgumentException>(() => new PrivateAggregator(new ModelSnapshot(layout, default, new float[4]), selections, PrivacyBench.AlmostNoiseless()));

        Assert.Contains("2 statistics of batch normalization", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_custom_weighting_sees_the_age_only()
    {
        var bench = new PrivacyBench(options: With(new NormWeighting()));

        Assert.Contains("only the age is known", Assert.Throws<InvalidOperationException>(() => bench.Submit(1, 0)).Message, StringComparison.Ordinal);

        static BufferedAggregatorOptions With(IStalenessWeighting weighting)
        {
            BufferedAggregatorOptions options = PrivacyBench.OfCapacity(2);
            options.Weighting = weighting;
            return options;
        }
    }

    [Fact]
    public void Trained_parameters_are_refused()
    {
        var bench = new PrivacyBench();

        Assert.Contains("Difference", Assert.Throws<InvalidOperationException>(() => bench.Submit(bench.Header() with { Content = UpdateContent.Trained }, 1, 0)).Message, StringComparison.Ordinal);
    }

    private sealed class NormWeighting : IStalenessWeighting
    {
        public double GetWeight(in UpdateStatistics statistics) => 1 / (1 + statistics.Norm);
    }
}
