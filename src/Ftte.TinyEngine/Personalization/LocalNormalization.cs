namespace Ftte.TinyEngine.Personalization;

/// <summary>Keeps the parameters of normalization layers personal, and trains them together with the shared ones: FedBN (Li et al., ICLR 2021, arXiv 2102.07623).</summary>
/// <remarks>
/// For devices whose inputs differ, such as other sensors or scales. Scale and shift of batch and group normalization are personal, and with <see cref="NormalizationMode.Batch"/> the
/// running statistics too. Takes little memory.
/// </remarks>
public sealed class LocalNormalization : PersonalizationPolicy
{
    /// <inheritdoc />
    public override ParameterSelection SelectPersonal(Network network, NormalizationMode normalization) =>
        LayerBlocks.Select(network, normalization, [], all => all.Where(o => o is BatchNorm or GroupNorm));
}
