namespace Ftte.TinyEngine.Personalization;

/// <summary>Represents a phase of local training.</summary>
/// <param name="Part">The parameters that change.</param>
public sealed record PersonalPhase(TrainedPart Part)
{
    /// <summary>Gets the number of passes over all examples.</summary>
    /// <value>Null by default: <see cref="SgdOptions.Epochs"/> or <see cref="SgdOptions.Steps"/> of the trainer. Otherwise at least 1.</value>
    public int? Epochs { get; init; }

    /// <summary>Gets the strength of a proximal term that keeps the personal parameters close to the received ones; see <see cref="SgdOptions.ProximalStrength"/>.</summary>
    /// <value>0 by default. Only for <see cref="TrainedPart.Personal"/>; the trainer's own strength applies to shared parameters.</value>
    public float ProximalStrength { get; init; }

    /// <summary>Gets a value that indicates whether personal parameters start from the received values each time.</summary>
    /// <value>False by default: they start from their last values. Only for <see cref="PersonalizationPolicy.Tuning"/>.</value>
    public bool StartsFromReceived { get; init; }

    /// <summary>Creates the options of the phase.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The phase is not valid with the trainer's options.</exception>
    internal SgdOptions Apply(SgdOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs ?? 1, 1, nameof(Epochs));
        SgdOptions applied = options.Copy();
        (applied.Epochs, applied.Steps) = Epochs is { } epochs ? (epochs, null) : (options.Epochs, options.Steps);
        applied.ProximalStrength = Part == TrainedPart.Personal ? ProximalStrength : options.ProximalStrength;
        applied.Validate();
        return applied;
    }
}
