using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>Computes the mean after dropping a share of the smallest and of the largest values, at least one each unless the share is 0 (arXiv 1803.01498).</summary>
internal sealed class TrimmedMean(double trimmedShare)
    : RobustReduction(trimmedShare > 0 ? 3 : 1, minGroup: 1, "The trimmed mean needs at least 3 updates to drop one at each end.")
{
    private readonly double _share = PolicyGuard.Within(trimmedShare, 0, Math.BitDecrement(0.5));

    protected internal override string Kind => "TrimmedMean";

    protected internal override double Center(Span<float> values)
    {
        values.Sort();
        int dropped = _share > 0 ? Math.Max(1, (int)(_share * values.Length)) : 0;
        double sum = 0;
        foreach (float value in values[dropped..^dropped])
        {
            sum += value;
        }

        return sum / (values.Length - (2 * dropped));
    }
}
