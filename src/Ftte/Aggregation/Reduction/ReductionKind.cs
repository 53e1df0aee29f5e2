namespace Ftte.Aggregation;

/// <summary>Specifies a reduction by sums. The names are saved in states.</summary>
internal enum ReductionKind : byte
{
    MassDampedMean = 0,
    WeightedMean = 1,
    OverCapacity = 2,
    Sum = 3,
    MassDampedMeanByExamples = 8,
    WeightedMeanByExamples = 9,
}
