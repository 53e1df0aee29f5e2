using Ftte.Aggregation;

namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>A weighting: an update loses half its weight every few versions, and counts for nothing once it is ten times as old.</summary>
internal sealed class HalfLife(int versions) : IStalenessWeighting
{
    public double GetWeight(in UpdateStatistics statistics) =>
        statistics.Age >= 10 * versions ? 0 : Math.Pow(2, -(double)statistics.Age / versions);
}
