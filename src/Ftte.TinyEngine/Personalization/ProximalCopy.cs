namespace Ftte.TinyEngine.Personalization;

/// <summary>Trains a personal copy of the model next to the shared one, and keeps it close to the shared one: Ditto (Li et al., ICML 2021, arXiv 2012.04221).</summary>
/// <remarks>
/// The update is the same, bit for bit, as without personalization. A round trains twice: the personal copy from its last values with a proximal term, and then the shared model. The copy
/// takes 4 bytes per personal parameter. If features of frozen layers are kept, personalize the blocks that the server selects, so that both trainings read the same features.
/// </remarks>
/// <param name="strength">The strength of the proximal term, lambda in the paper; 0 for independent training. A large value keeps the copy at the shared model.</param>
/// <param name="epochs">The number of epochs of the personal copy in a round; null for the trainer's options.</param>
/// <param name="layers">The names of the layers or blocks that have a personal copy; none for all.</param>
public sealed class ProximalCopy(float strength = 0.1f, int? epochs = null, params string[] layers) : PersonalizationPolicy
{
    private readonly string[] _layers = [.. layers];

    /// <inheritdoc />
    public override IReadOnlyList<PersonalPhase> Round { get; } =
        [new(TrainedPart.Personal) { Epochs = epochs, ProximalStrength = strength }, new(TrainedPart.Received)];

    /// <inheritdoc />
    public override PersonalPhase Tuning => Round[0];

    /// <inheritdoc />
    public override ParameterSelection SelectPersonal(Network network, NormalizationMode normalization) => LayerBlocks.Select(network, normalization, _layers, all => all);
}
