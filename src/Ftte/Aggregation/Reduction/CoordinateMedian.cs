namespace Ftte.Aggregation;

/// <summary>Computes the median of each coordinate; of an even number of values, the mean of the two middle ones ("Byzantine-Robust Distributed Learning", arXiv 1803.01498).</summary>
internal sealed class CoordinateMedian() : RobustReduction(minContributors: 3, minGroup: 1, "The median needs at least 3 updates to ignore one of them.")
{
    protected internal override string Kind => "Median";

    protected internal override double Center(Span<float> values) => SampleMedian.Compute(values);
}
