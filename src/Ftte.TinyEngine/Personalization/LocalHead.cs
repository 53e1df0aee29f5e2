namespace Ftte.TinyEngine.Personalization;

/// <summary>Keeps the last layers of the network personal, and trains them together with the shared ones: FedPer (Arivazhagan et al., 2019, arXiv 1912.00818).</summary>
/// <remarks>For devices whose labels or classes differ. The server's copy of the head stays as it was at the start.</remarks>
/// <param name="layers">The names of the personal layers or blocks; none for the last layer with parameters.</param>
public sealed class LocalHead(params string[] layers) : PersonalizationPolicy
{
    private readonly string[] _layers = [.. layers];

    /// <inheritdoc />
    public override ParameterSelection SelectPersonal(Network network, NormalizationMode normalization) =>
        LayerBlocks.Select(network, normalization, _layers, all => all.TakeLast(1));
}
