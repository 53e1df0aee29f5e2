using Ftte.Aggregation;

namespace Ftte.Privacy;

/// <summary>Refuses options of the aggregation with which the guarantee would be false.</summary>
internal static class AggregationRequirements
{
    /// <summary>Returns the first reason why the options cannot be used with differential privacy; null if they can.</summary>
    public static string? FindObstacle(BufferedAggregatorOptions options, ParameterLayout layout) =>
        options.Reduction is RobustReduction
            ? $"The reduction {options.Reduction.GetType().Name} selects values of clients, so that one client can change the result by more than the clipping norm. Set {nameof(options.Reduction)} to {nameof(Reduction)}.{nameof(Reduction.OverCapacity)}()."
        : options.Reduction is not SumReduction { Divisor: SumDivisor.Capacity }
            ? $"The divisor must be public: the example counts and weights of clients are not. Set {nameof(options.Reduction)} to {nameof(Reduction)}.{nameof(Reduction.OverCapacity)}()."
        : options.Weighting is AgeAndVarianceWeighting or RationalWeighting || options.Weighting.Inputs != WeightingInputs.None
            ? $"{options.Weighting.GetType().Name} computes weights from private data: the values of updates and the reference variance. Set {nameof(options.Weighting)} to a weighting by age, such as {nameof(PolynomialWeighting)}."
        : options.Guard is not null
            ? $"A refused version has spent its budget, so that its updates cannot be sent again. Set {nameof(options.Guard)} to null."
        : options.NormClip is not null
            ? $"The running median norm is private data of the clients. Set {nameof(options.NormClip)} to null and {nameof(DifferentialPrivacyOptions.ClippingNorm)} to a public norm."
        : options.ExampleCap is not null || options.ExpectedExampleCount is not null
            ? $"Example counts are private and not used. Set {nameof(options.ExampleCap)} and {nameof(options.ExpectedExampleCount)} to null."
        : options.MaxNorm is not null
            ? $"Rejecting an update by its norm would let the buffer depend on private data. Set {nameof(options.MaxNorm)} to null."
        : options.MaxUpdatesPerClient != 1
            ? $"A client contributes to a version at most once. Set {nameof(options.MaxUpdatesPerClient)} to 1."
        : layout.Roles.StatisticCount > 0
            ? $"The model has {layout.Roles.StatisticCount} statistics of batch normalization, which are averaged without clipping. Use a model with group normalization."
        : null;
}
