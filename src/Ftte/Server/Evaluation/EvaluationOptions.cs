using Ftte.Common;

namespace Ftte;

/// <summary>Represents the options with which a <see cref="FederatedServer"/> asks devices to evaluate versions. Read once, when the server is created.</summary>
/// <remarks>
/// <para>While an evaluation is open, a device that requests work and can evaluate (<see cref="IModelEvaluator"/>) evaluates once instead of training, unless the devices that
/// already evaluate suffice for the missing answers. If a lease expires, another device takes its place. All devices evaluate the same version, also after later
/// versions were published; the server keeps that version for as long.</para>
/// <para>The version that the server starts with is evaluated first, then the current one every <see cref="EveryVersions"/> versions. An evaluation closes with the last
/// requested answer, or when the next one is due; then it has fewer answers. The result depends only on updates and devices, never on the clock.</para>
/// <para>Devices that evaluate count toward <see cref="FederatedServerOptions.MaxConcurrency"/>, but not toward <see cref="FederatedServerOptions.MaxAssignmentsPerVersion"/> and
/// the client's share of a buffer.</para>
/// </remarks>
public sealed class EvaluationOptions
{
    /// <summary>The maximum length of a group's name. Longer names are cut off.</summary>
    public const int MaxGroupLength = 32;

    /// <summary>The maximum number of groups in an evaluation. Clients of further groups are counted in the group <see cref="OtherGroup"/>.</summary>
    public const int MaxGroups = 16;

    /// <summary>The name of the group of clients beyond <see cref="MaxGroups"/>.</summary>
    public const string OtherGroup = "other";

    /// <summary>The maximum number of metrics.</summary>
    public const int MaxMetrics = 16;

    /// <summary>The maximum length of a metric's name.</summary>
    public const int MaxMetricNameLength = 64;

    internal const double DefaultExampleCap = 10;

    /// <summary>Gets or sets the number of devices that evaluate a version.</summary>
    /// <value>Default 10; at least 1. With n answers, the median lies in the range of the honest ones if fewer than n / 2 are false.</value>
    public int Devices { get; set; } = 10;

    /// <summary>Gets or sets the number of versions between two evaluations.</summary>
    /// <value>Default 10; at least 1.</value>
    public int EveryVersions { get; set; } = 10;

    /// <summary>Gets or sets the metrics, in the order in which devices send them.</summary>
    /// <value>
    /// Default: loss and accuracy, which the engine's <c>LocalTrainer</c> sends for networks with classes; add the metrics of the app after them. At most <see cref="MaxMetrics"/>, with unique
    /// names. Answers with another number of values are rejected with <see cref="UpdateOutcome.LengthMismatch"/>, and the first one is logged.
    /// </value>
    public IReadOnlyList<EvaluationMetric> Metrics { get; set; } = [EvaluationMetric.Loss, EvaluationMetric.Accuracy];

    /// <summary>Gets or sets the name of the metric that decides which version is the best and when training ends.</summary>
    /// <value>Default <c>loss</c>.</value>
    public string WatchedMetric { get; set; } = EvaluationMetric.Loss.Name;

    /// <summary>Gets or sets the quantile over devices of the watched metric; null for the weighted mean.</summary>
    /// <value>Default 0.5: the median, which a minority of false answers cannot move outside of the range of the honest ones. Within [0, 1].</value>
    public double? WatchedQuantile { get; set; } = 0.5;

    /// <summary>Gets or sets the number of evaluations in a row without an improvement after which the server assigns no more training (early stopping).</summary>
    /// <value>
    /// Default null: training never ends. At least 1. Check-outs are then answered with <see cref="CheckOutOutcome.TrainingEnded"/>. Evaluations with fewer than half of the requested answers do
    /// not count. To continue, restore the server from its state with a greater value or null.
    /// </value>
    public int? Patience { get; set; }

    /// <summary>Gets or sets the minimum difference from the best value that counts as an improvement, in the unit of the watched metric.</summary>
    /// <value>Default 0: any improvement counts. Finite and not negative.</value>
    public double MinImprovement { get; set; }

    /// <summary>Gets or sets a value that indicates whether the server keeps the best version as <see cref="FederatedServer.BestModel"/>, which is part of its <see cref="ServerState"/>.</summary>
    /// <value>Default true. Takes the memory of one model.</value>
    public bool KeepBest { get; set; } = true;

    /// <summary>Gets or sets the maximum weight of an answer in a mean, as a multiple of the median example count of the evaluation, so that one reported example count cannot determine the mean.</summary>
    /// <value>Default 10; at least 1. Of fewer than three answers, a multiple of the smallest count.</value>
    public double ExampleCap { get; set; } = DefaultExampleCap;

    /// <summary>Gets or sets a function that returns the group of a client for separate statistics, such as its kind of device; null for no group.</summary>
    /// <value>
    /// Default null: no groups. The app assigns groups, so devices cannot choose theirs. The function is called once per answer, in turn with updates, and must return at once.
    /// If it throws, the answer does not count, and the device's call fails.
    /// </value>
    public Func<ClientId, string?>? GroupOf { get; set; }

    /// <summary>Gets or sets a callback that receives each evaluation when it closes.</summary>
    /// <value>Default null. Called in turn with updates, so it must return at once and must not wait for the server. An exception is logged.</value>
    public Action<FederatedEvaluation>? Evaluated { get; set; }

    /// <summary>Validates the options.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Devices, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(EveryVersions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Patience ?? 1, 1, nameof(Patience));
        PolicyGuard.NotNegative(MinImprovement);
        PolicyGuard.Within(ExampleCap, 1, double.MaxValue);
        PolicyGuard.Within(WatchedQuantile ?? 0, 0, 1, nameof(WatchedQuantile));
        ArgumentNullException.ThrowIfNull(Metrics);
        if (Metrics.Count is < 1 or > MaxMetrics)
        {
            throw new ArgumentException($"There are {Metrics.Count} metrics. Specify 1 to {MaxMetrics}.", nameof(Metrics));
        }

        foreach (EvaluationMetric metric in Metrics)
        {
            bool isValid = !string.IsNullOrWhiteSpace(metric?.Name) && metric.Name.Length <= MaxMetricNameLength && double.IsFinite(metric.Min) && double.IsFinite(metric.Max) && metric.Min < metric.Max;
            if (!isValid || Metrics.Count(other => other?.Name == metric!.Name) > 1)
            {
                throw new ArgumentException($"The metric {metric} is not valid. Specify a unique name of at most {MaxMetricNameLength} characters and finite limits, of which the minimum is less than the maximum.", nameof(Metrics));
            }
        }

        IndexOf(Metrics, WatchedMetric);
    }

    internal static int IndexOf(IReadOnlyList<EvaluationMetric> metrics, string name)
    {
        for (int i = 0; i < metrics.Count; i++)
        {
            if (metrics[i].Name == name)
            {
                return i;
            }
        }

        throw new ArgumentException($"There is no metric '{name}'. Specify one of: {string.Join(", ", metrics.Select(metric => metric.Name))}.", nameof(name));
    }

    /// <summary>Creates a copy of the options.</summary>
    /// <returns>The copy; changes to it do not affect this object.</returns>
    public EvaluationOptions Copy()
    {
        var copy = (EvaluationOptions)MemberwiseClone();
        copy.Metrics = [.. Metrics];
        return copy;
    }
}
