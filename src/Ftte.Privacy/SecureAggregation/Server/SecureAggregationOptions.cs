using Ftte.Aggregation;
using Ftte.Common;

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Represents the options of a <see cref="SecureAggregationServer"/>. Read once, when the server is created.</summary>
public sealed class SecureAggregationOptions
{
    /// <summary>Gets or sets K, the number of updates that a cohort should contribute. A cohort has about 1.2 K members, so that some may leave.</summary>
    /// <value>Default 10, as the capacity of an aggregator; within [2, 212].</value>
    public int Capacity { get; set; } = 10;

    /// <summary>Gets or sets how values become integers.</summary>
    /// <value>Required. Choose the largest magnitude from public data, such as ten times the root mean square of the coordinates of usual updates.</value>
    public SharedQuantization? Quantization { get; set; }

    /// <summary>Gets or sets the weighting by age. The weight is rounded to 1/256.</summary>
    /// <value>Default 1 / sqrt(1 + age). Only the age is known; a weight above 1 is an error.</value>
    public IStalenessWeighting Weighting { get; set; } = new PolynomialWeighting();

    /// <summary>Gets or sets the maximum duration of a step, after which the cohort continues without the members that have not answered.</summary>
    /// <value>Default 30 seconds; positive.</value>
    public TimeSpan StepTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets the maximum time that a device waits in the queue. A smaller cohort is then formed, if there are at least as many devices as the threshold; otherwise the devices announce again.</summary>
    /// <value>Default 5 minutes; positive.</value>
    public TimeSpan QueueTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets the number of members of a cohort, 1.2 K rounded up.</summary>
    public int CohortSize => ((6 * Capacity) + 4) / 5;

    /// <summary>Gets the number of members that must remain in a cohort, floor(2 K / 3) + 1.</summary>
    public int Threshold => (2 * Capacity / 3) + 1;

    /// <summary>Gets the memory that a device needs for the steps of a cohort, in bytes, in addition to that of training. It does not depend on the model.</summary>
    /// <value><see cref="SecureSubmitter.ComputeMemoryBytes"/> of <see cref="CohortSize"/>.</value>
    public long DeviceMemoryBytes => SecureSubmitter.ComputeMemoryBytes(CohortSize);

    /// <summary>Validates the options.</summary>
    /// <exception cref="ArgumentException">An option is missing or out of range; the message names it.</exception>
    public void Validate()
    {
        const int MaxCapacity = 212;
        ArgumentOutOfRangeException.ThrowIfLessThan(Capacity, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Capacity, MaxCapacity);
        ArgumentNullException.ThrowIfNull(Quantization);
        ArgumentNullException.ThrowIfNull(Weighting);
        if (Weighting is AgeAndVarianceWeighting or RationalWeighting || Weighting.Inputs != WeightingInputs.None)
        {
            throw new ArgumentException($"{Weighting.GetType().Name} computes weights from the values of updates, which the server does not see. Set {nameof(Weighting)} to a weighting by age, such as {nameof(PolynomialWeighting)}.", nameof(Weighting));
        }

        DurationGuard.Positive(StepTimeout, nameof(StepTimeout));
        DurationGuard.Positive(QueueTimeout, nameof(QueueTimeout));
    }

    /// <summary>Creates options of an aggregator that works with these cohorts: FedBuff whose buffer holds a cohort, with the weights that devices have applied.</summary>
    /// <param name="learningRate">The learning rate of the server.</param>
    /// <returns>Options that can be adjusted further.</returns>
    /// <exception cref="ArgumentException">The capacity or the learning rate is out of range.</exception>
    public BufferedAggregatorOptions CreateAggregatorOptions(double learningRate = 1)
    {
        BufferedAggregatorOptions options = BufferedAggregatorOptions.FedBuff(CohortSize, learningRate);
        options.Weighting = new ConstantWeighting();
        options.Reduction = Reduction.MassDampedMean(byExamples: false);
        return options;
    }

    internal SecureAggregationOptions Copy() => (SecureAggregationOptions)MemberwiseClone();

    /// <summary>Checks that an aggregator can work with sums of cohorts.</summary>
    /// <param name="aggregator">The aggregator.</param>
    /// <exception cref="ArgumentException">The aggregator needs what the server does not see; the message states the reason.</exception>
    public void CheckAggregator(IAsyncAggregator aggregator)
    {
        ArgumentNullException.ThrowIfNull(aggregator);
        if (SecureAggregationRequirements.FindObstacle(aggregator, this) is { } obstacle)
        {
            throw new ArgumentException(obstacle, nameof(aggregator));
        }
    }

    /// <summary>Computes q, the weight of an update in units of 1/256.</summary>
    /// <param name="age">The number of versions published since the update's base version.</param>
    /// <returns>q, from 0 to 256. An update of weight 0 enters no cohort.</returns>
    /// <exception cref="InvalidOperationException">The weighting returned a weight outside of [0, 1].</exception>
    public int ComputeWeight(long age)
    {
        double weight = Weighting.GetWeight(new UpdateStatistics(age, double.NaN, double.NaN, double.NaN, ExampleCount: 1));
        return weight is >= 0 and <= 1
            ? (int)Math.Round(weight * CohortDescription.FullWeight)
            : throw new InvalidOperationException($"{Weighting.GetType().Name} returned {weight} for an update of age {age}. With secure aggregation, return a weight in [0, 1] that depends on the age only.");
    }
}
