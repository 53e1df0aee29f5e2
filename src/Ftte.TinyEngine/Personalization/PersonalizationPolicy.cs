namespace Ftte.TinyEngine.Personalization;

/// <summary>Specifies which parameters of a device are personal, and how a device trains them.</summary>
/// <remarks>
/// Personal parameters never leave the device; the server needs no setting for them. A <see cref="PersonalModel"/> keeps them. Immutable and safe to share between
/// threads and devices. <c>docs/personalization.md</c> compares the policies.
/// </remarks>
public abstract class PersonalizationPolicy
{
    /// <summary>Gets what a device trains in a round, in order.</summary>
    /// <value>
    /// By default, shared and personal blocks together. If there is a phase of <see cref="TrainedPart.Received"/>, it is the last one, and the others are of
    /// <see cref="TrainedPart.Personal"/>.
    /// </value>
    public virtual IReadOnlyList<PersonalPhase> Round => [new(TrainedPart.SharedAndPersonal)];

    /// <summary>Gets what a device trains before the model is used, in <see cref="LocalTrainer.Personalize"/>.</summary>
    /// <value>By default, the personal blocks. Always of <see cref="TrainedPart.Personal"/>.</value>
    public virtual PersonalPhase Tuning => new(TrainedPart.Personal);

    /// <summary>Selects the personal parameters.</summary>
    /// <param name="network">The network.</param>
    /// <param name="normalization">The source of the statistics of batch normalization in training; running statistics can be personal only with <see cref="NormalizationMode.Batch"/>.</param>
    /// <returns>Whole blocks of <see cref="Network.GetTrainable"/>, at least one.</returns>
    /// <exception cref="ArgumentException">The network has no such blocks.</exception>
    public abstract ParameterSelection SelectPersonal(Network network, NormalizationMode normalization);
}
