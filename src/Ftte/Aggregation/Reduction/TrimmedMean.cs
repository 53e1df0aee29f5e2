namespace Ftte;

/// <summary>The mean of what is left after dropping a share of the smallest and of the largest values (arXiv 1803.01498).</summary>
internal sealed class TrimmedMean : IRobustCenter
{
    private readonly double _share;

    public TrimmedMean(double trimmedShare) => _share = PolicyGuard.Within(trimmedShare, 0, Math.BitDecrement(0.5));

    public double Center(Span<float> values)
    {
        values.Sort();
        int dropped = (int)(_share * values.Length);
        double sum = 0;
        foreach (float value in values[dropped..^dropped])
        {
            sum += value;
        }

        return sum / (values.Length - (2 * dropped));
    }
}
