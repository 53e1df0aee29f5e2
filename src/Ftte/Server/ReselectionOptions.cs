using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte;

/// <summary>Represents the options with which a server changes the selection during training: a <see cref="FederatedServer"/>, or a cluster of Ftte.Orleans. Read once, when the server is created.</summary>
/// <remarks>
/// <para>Every <see cref="EveryVersions"/> versions, the server calls the selector again with the current memory budget of the devices and, unless
/// <see cref="Probes"/> is 0, with importance from an <see cref="ImportanceSurvey"/> of devices.</para>
/// <para>While a survey is open, a device that requests work and can measure importance measures once instead of training, unless the devices that already measure
/// suffice for the missing answers. If a lease expires, another device takes its place. A survey is open from the start, because <see cref="Importance"/> is a guess, and again
/// whenever a reselection is due. It closes with the last required answer, or <see cref="EveryVersions"/> versions after it opened. In the latter case, its answers are used if
/// they are at least half of the required ones, or from more than half of all devices; otherwise the importance does not change. In either case the reselection follows at once.</para>
/// <para>A reselection that fails (nothing fits the budget, no device is registered, or the selector throws) is logged, and the selection does not change until the
/// next reselection. The result depends only on updates and devices, never on the clock.</para>
/// <para>On a cluster, a survey closes, and the selection changes, together with a publication: the first one after the last required answer. <see cref="Probes"/> are divided between the shards.</para>
/// </remarks>
public sealed class ReselectionOptions
{
    /// <summary>Gets or sets the selector.</summary>
    /// <value>Default: the exact selector. It runs in turn with updates: while it runs, updates wait, but check-outs do not.</value>
    public IParameterSelector Selector { get; set; } = new ExactSelector();

    /// <summary>Gets or sets the training profile, which contains the costs.</summary>
    /// <value>Required; for the server's model.</value>
    public required TrainingProfile Profile { get; set; }

    /// <summary>Gets or sets the importance of each block, which is used until a survey replaces it.</summary>
    /// <value>Required; for the server's model.</value>
    public required BlockImportance Importance { get; set; }

    /// <summary>Gets or sets R, the number of versions between two reselections, or between the start and the first.</summary>
    /// <value>Default 50; at least 1.</value>
    public int EveryVersions { get; set; } = 50;

    /// <summary>Gets or sets the number of devices that measure importance before each reselection; 0 to never ask. A survey keeps this number of values per block.</summary>
    /// <value>
    /// Default null: <see cref="DefaultProbes"/>, or 0 if the aggregator does not allow surveys (<see cref="ILimitedAggregator.AllowsSurveys"/>). A selection by a fixed guess
    /// limits the accuracy that training can reach.
    /// </value>
    public int? Probes { get; set; }

    /// <summary>The number of devices that measure importance before each reselection if <see cref="Probes"/> is null.</summary>
    public const int DefaultProbes = 10;

    /// <summary>Gets or sets the maximum share of the devices to exclude; see <see cref="DeviceRegistry.GetMemoryBudget"/>.</summary>
    /// <value>
    /// Default null: 0 if the server requires registration. Otherwise devices report their own budgets, and a share of 0.05 is excluded, at least one device if
    /// there are three or more, so that no single device determines the selection of all. Within [0, 1).
    /// </value>
    public double? ExcludedShare { get; set; }

    /// <summary>Gets or sets the maximum peak memory on a device, in bytes.</summary>
    /// <value>Default null: the memory budget of the devices at the time of the reselection.</value>
    public long? MemoryBudgetBytes { get; set; }

    /// <summary>Gets or sets the maximum payload each way per update, in bytes of float32 values.</summary>
    /// <value>Default null: no limit.</value>
    public long? PayloadBudgetBytes { get; set; }

    /// <summary>Gets or sets the maximum number of multiply-adds per example; see <see cref="SelectionRequest.ComputeBudget"/>.</summary>
    /// <value>Default null: no limit.</value>
    public long? ComputeBudget { get; set; }

    /// <summary>Validates the options.</summary>
    /// <exception cref="ArgumentException">An option is missing, out of range, or for another model than the others; the message names it.</exception>
    public void Validate()
    {
        ArgumentNullException.ThrowIfNull(Selector);
        ArgumentNullException.ThrowIfNull(Profile);
        ArgumentNullException.ThrowIfNull(Importance);
        if (Importance.Layout.Fingerprint != Profile.Layout.Fingerprint)
        {
            throw new ArgumentException($"The importance is for a model with {Importance.Layout}, but the profile is for a model with {Profile.Layout}. Create both from the same layout.", nameof(Importance));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(EveryVersions, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Probes ?? 0, nameof(Probes));
        if (ExcludedShare is not (null or (>= 0 and < 1)))
        {
            throw new ArgumentOutOfRangeException(nameof(ExcludedShare), ExcludedShare, "The share of excluded devices must lie in [0, 1).");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(MemoryBudgetBytes ?? 0, nameof(MemoryBudgetBytes));
        ArgumentOutOfRangeException.ThrowIfNegative(PayloadBudgetBytes ?? 0, nameof(PayloadBudgetBytes));
        ArgumentOutOfRangeException.ThrowIfNegative(ComputeBudget ?? 0, nameof(ComputeBudget));
    }

    /// <summary>The default share of devices to exclude if devices report their own budgets.</summary>
    internal const double ExcludedClaims = 0.05;

    /// <summary>Gets the peak memory of the smallest choice of the profile, in bytes. Devices with less cannot train with any selection.</summary>
    internal long MinPeakBytes
    {
        get
        {
            if (field == 0)
            {
                long smallest = long.MaxValue;
                int[] choices = new int[Profile.Steps.Length];
                Array.Fill(choices, -1);
                for (int step = 0; step < choices.Length; step++)
                {
                    for (int choice = 0; choice < Profile.Steps[step].Choices.Length; choice++)
                    {
                        choices[step] = choice;
                        smallest = Math.Min(smallest, MemoryTimeline.Compute(Profile, choices).PeakBytes);
                    }

                    choices[step] = -1;
                }

                field = smallest;
            }

            return field;
        }
    }

    /// <summary>Gets the number of devices to ask; 0 until the default was replaced by <see cref="CopyFor"/>.</summary>
    internal int ProbeCount => Probes ?? 0;

    internal ReselectionOptions Copy() => (ReselectionOptions)MemberwiseClone();

    /// <summary>Validates the options and creates a copy for a server, with the number of probes that the server uses.</summary>
    /// <param name="aggregator">The aggregator of the server.</param>
    /// <exception cref="ArgumentException">An option is out of range, the profile is for another model, or the aggregator does not allow surveys.</exception>
    internal ReselectionOptions CopyFor(IAsyncAggregator aggregator)
    {
        ReselectionOptions reselection = Copy();
        reselection.Validate();
        ParameterLayout layout = aggregator.Current.Layout;
        if (reselection.Profile.Layout.Fingerprint != layout.Fingerprint)
        {
            throw new ArgumentException($"The training profile is for a model with {reselection.Profile.Layout}, but the server's model has {layout}. Specify the profile of the server's model.");
        }

        bool allowsSurveys = aggregator is not ILimitedAggregator { AllowsSurveys: false };
        if (reselection.Probes > 0 && !allowsSurveys)
        {
            throw new ArgumentException($"Importance surveys reveal private data that {aggregator.GetType().Name} does not protect. Set {nameof(Probes)} to 0.");
        }

        reselection.Probes ??= allowsSurveys ? DefaultProbes : 0;
        return reselection;
    }
}
