namespace Ftte;

/// <summary>The middle value, or the mean of the two in the middle ("Byzantine-Robust Distributed Learning", arXiv 1803.01498).</summary>
internal sealed class CoordinateMedian : IRobustCenter
{
    public ReductionKind Kind => ReductionKind.Median;

    public string Need => "The median needs at least 3 updates to ignore one of them.";

    public int FewestContributors => 3;

    public double Center(Span<float> values) => SampleMedian.Compute(values);
}
