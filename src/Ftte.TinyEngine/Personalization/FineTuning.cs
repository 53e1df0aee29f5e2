namespace Ftte.TinyEngine.Personalization;

/// <summary>Trains as without personalization, and trains a personal copy from the shared model only before it is used, in <see cref="LocalTrainer.Personalize"/>.</summary>
/// <remarks>
/// Rounds cost nothing more, and updates are the same, bit for bit. For devices that use the model rarely, and for people who did not take part in training. Each call starts from the shared
/// model that it is given.
/// </remarks>
/// <param name="epochs">The number of epochs of tuning; null for the trainer's options.</param>
/// <param name="strength">The strength of a proximal term that keeps the personal parameters close to the shared ones; 0 for none.</param>
/// <param name="layers">The names of the layers or blocks that are tuned; none for all.</param>
public sealed class FineTuning(int? epochs = null, float strength = 0, params string[] layers) : PersonalizationPolicy
{
    private readonly string[] _layers = [.. layers];

    /// <inheritdoc />
    public override IReadOnlyList<PersonalPhase> Round { get; } = [new(TrainedPart.Received)];

    /// <inheritdoc />
    public override PersonalPhase Tuning { get; } = new(TrainedPart.Personal) { Epochs = epochs, ProximalStrength = strength, StartsFromReceived = true };

    /// <inheritdoc />
    public override ParameterSelection SelectPersonal(Network network, NormalizationMode normalization) => LayerBlocks.Select(network, normalization, _layers, all => all);
}
