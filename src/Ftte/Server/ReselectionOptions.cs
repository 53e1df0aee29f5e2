using Ftte.Selection;

namespace Ftte;

/// <summary>How a <see cref="FederatedServer"/> chooses anew, while training goes on, what is trained. Read once, when the server is made.</summary>
/// <remarks>
/// <para>Every <see cref="EveryVersions"/> versions the selector is asked again, with the memory that the registered devices can spare by then and, if
/// <see cref="Probes"/> is not 0, with what devices have just said the blocks are worth: an <see cref="ImportanceSurvey"/>.</para>
/// <para>While a survey is open, a device that asks for work, can be asked and has not been yet measures once instead of training, as long as fewer are at
/// it than answers are missing; whose lease expires is replaced. A survey is open from the start, because <see cref="Importance"/> is a guess, and again
/// whenever a choice is due. It ends with the last answer wanted, or <see cref="EveryVersions"/> versions after it opened: then with what was answered, if
/// that is at least half, and otherwise importance stays what it was. In either case the choice follows at once.</para>
/// <para>A choice that fails (nothing fits the budget, no device is registered, the selector throws) is logged and leaves the selection in force until the
/// next one is due. What is chosen depends on updates and devices only, never on the clock.</para>
/// </remarks>
public sealed class ReselectionOptions
{
    /// <summary>Gets or sets what chooses.</summary>
    /// <value>Default: the exact selector. It is called where updates are folded in: while it thinks, updates wait, check-outs do not.</value>
    public IParameterSelector Selector { get; set; } = new ExactSelector();

    /// <summary>Gets or sets what training costs.</summary>
    /// <value>Required; of the server's model.</value>
    public required TrainingProfile Profile { get; set; }

    /// <summary>Gets or sets what training each block is worth, until devices have been asked.</summary>
    /// <value>Required; of the server's model.</value>
    public required BlockImportance Importance { get; set; }

    /// <summary>Gets or sets R: how many versions after one choice, or after the start, the next is due.</summary>
    /// <value>Default 50; at least 1.</value>
    public int EveryVersions { get; set; } = 50;

    /// <summary>Gets or sets how many devices are asked before each choice what training each block would be worth. A survey keeps so many numbers per block.</summary>
    /// <value>Default 0: devices are never asked.</value>
    public int Probes { get; set; }

    /// <summary>Gets or sets the largest share of the devices that may be left out, see <see cref="DeviceRegistry.GetMemoryBudget"/>.</summary>
    /// <value>
    /// Default null: 0 if the server requires registration. Otherwise budgets are what devices claim, and 0.05 are left out, but at least one device as soon as
    /// there are three, so that no single claim decides what all devices train. Within [0, 1).
    /// </value>
    public double? ExcludedShare { get; set; }

    /// <summary>Gets or sets the peak that no device may exceed, in bytes.</summary>
    /// <value>Default null: what the registered devices can spare when the choice is made.</value>
    public long? MemoryBudgetBytes { get; set; }

    /// <summary>Gets or sets the most that may travel each way per update, in bytes of float32 values.</summary>
    /// <value>Default null: no limit.</value>
    public long? PayloadBudgetBytes { get; set; }

    /// <summary>Gets or sets the most multiply-adds per example, see <see cref="SelectionRequest.ComputeBudget"/>.</summary>
    /// <value>Default null: no limit.</value>
    public long? ComputeBudget { get; set; }

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">A setting is missing, out of range, or of another model than the others; the message names it.</exception>
    public void Validate()
    {
        ArgumentNullException.ThrowIfNull(Selector);
        ArgumentNullException.ThrowIfNull(Profile);
        ArgumentNullException.ThrowIfNull(Importance);
        if (Importance.Layout.Fingerprint != Profile.Layout.Fingerprint)
        {
            throw new ArgumentException($"The importance is of a model with {Importance.Layout}, the profile of another with {Profile.Layout}; make both from one layout.", nameof(Importance));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(EveryVersions, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Probes);
        if (ExcludedShare is not (null or (>= 0 and < 1)))
        {
            throw new ArgumentOutOfRangeException(nameof(ExcludedShare), ExcludedShare, "The share to leave out lies in [0, 1).");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(MemoryBudgetBytes ?? 0, nameof(MemoryBudgetBytes));
        ArgumentOutOfRangeException.ThrowIfNegative(PayloadBudgetBytes ?? 0, nameof(PayloadBudgetBytes));
        ArgumentOutOfRangeException.ThrowIfNegative(ComputeBudget ?? 0, nameof(ComputeBudget));
    }

    /// <summary>The share of the claimed budgets that may be left out by default.</summary>
    internal const double ExcludedClaims = 0.05;

    /// <summary>Gets the memory of the smallest choice of the profile, in bytes: devices with less cannot train whatever is selected.</summary>
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

    internal ReselectionOptions Copy() => (ReselectionOptions)MemberwiseClone();
}
