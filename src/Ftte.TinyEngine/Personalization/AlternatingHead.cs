namespace Ftte.TinyEngine.Personalization;

/// <summary>
/// Keeps the last layers of the network personal, and trains them before the shared ones: first the head for some epochs, then the body with the new head. FedRep (Collins et al.,
/// ICML 2021, arXiv 2102.07078).
/// </summary>
/// <remarks>For devices whose labels or classes differ, if they have time for more epochs: the shared layers then learn from a head that fits.</remarks>
/// <param name="headEpochs">The number of epochs of the head in a round, at least 1; the shared layers follow the trainer's options.</param>
/// <param name="layers">The names of the personal layers or blocks; none for the last layer with parameters.</param>
public sealed class AlternatingHead(int headEpochs = 5, params string[] layers) : PersonalizationPolicy
{
    private readonly string[] _layers = [.. layers];

    /// <inheritdoc />
    public override IReadOnlyList<PersonalPhase> Round { get; } = [new(TrainedPart.Personal) { Epochs = headEpochs }, new(TrainedPart.Shared)];

    /// <inheritdoc />
    public override PersonalPhase Tuning => Round[0];

    /// <inheritdoc />
    public override ParameterSelection SelectPersonal(Network network, NormalizationMode normalization) =>
        LayerBlocks.Select(network, normalization, _layers, all => all.TakeLast(1));
}
