using Ftte.Aggregation;

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Refuses aggregators that need what the server does not see.</summary>
internal static class SecureAggregationRequirements
{
    /// <summary>Returns the first reason why an aggregator cannot be used with secure aggregation; null if it can.</summary>
    public static string? FindObstacle(IAsyncAggregator aggregator, SecureAggregationOptions cohorts) => aggregator switch
    {
        PrivateAggregator => "A client's limits are checked when its update is aggregated, but a sum cannot be aggregated without one of its members. Use differential privacy or secure aggregation.",
        BufferedAggregator buffered => FindObstacle(buffered.Options, cohorts),
        _ => null,
    };

    /// <summary>Returns the first reason why options of an aggregator cannot be used with secure aggregation; null if they can.</summary>
    public static string? FindObstacle(BufferedAggregatorOptions options, SecureAggregationOptions cohorts) =>
        options.Reduction is RobustReduction
            ? $"The reduction {options.Reduction.GetType().Name} compares the updates of clients, but the server sees only their sum. Set {nameof(options.Reduction)} to a mean, such as {nameof(Reduction)}.{nameof(Reduction.OverCapacity)}()."
        : options.Weighting is not ConstantWeighting
            ? $"Ages are weighted before updates are masked. Set {nameof(options.Weighting)} of the aggregator to {nameof(ConstantWeighting)}, and {nameof(SecureAggregationOptions)}.{nameof(SecureAggregationOptions.Weighting)} to a weighting by age."
        : options.NormClip is not null || options.MaxNorm is not null
            ? $"The norm of a mean says nothing about single updates. Set {nameof(options.NormClip)} and {nameof(options.MaxNorm)} to null."
        : options.Capacity < cohorts.CohortSize || options.FlushShare * options.Capacity > cohorts.Threshold
            ? $"A cohort of {cohorts.Threshold} to {cohorts.CohortSize} updates becomes one version. Set {nameof(options.Capacity)} of the aggregator, now {options.Capacity}, to {cohorts.CohortSize}, and {nameof(options.FlushShare)} to at most {(double)cohorts.Threshold / cohorts.CohortSize:F2}."
        : null;
}
