namespace Ftte.Aggregation;

/// <summary>Which reduction a saved buffer is of. The numbers are saved.</summary>
internal enum ReductionKind : byte
{
    MassDampedMean = 0,
    WeightedMean = 1,
    OverCapacity = 2,
    Sum = 3,
    MassDampedMeanByExamples = 8,
    WeightedMeanByExamples = 9,
    Median = 16,
    TrimmedMean = 17,
    MultiKrum = 18,
}
