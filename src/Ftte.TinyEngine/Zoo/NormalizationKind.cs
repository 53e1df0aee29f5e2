namespace Ftte.TinyEngine;

/// <summary>Specifies the normalization layers of a network of the <see cref="NetworkZoo"/>.</summary>
public enum NormalizationKind
{
    /// <summary>
    /// Batch normalization, as in the papers of the networks and in most published weights. Devices use the running statistics of the base model; see <see cref="NormalizationMode"/>. From random
    /// weights there are none, so that deep networks learn little or nothing.
    /// </summary>
    Batch = 0,

    /// <summary>
    /// The default of the zoo: group normalization (Wu and He, ECCV 2018), which needs no statistics of other examples, so that training from random weights on devices with few or unbalanced examples is
    /// stable (Hsieh et al., ICML 2020, arXiv 1910.00189). Training takes more memory than with frozen batch statistics.
    /// </summary>
    Group = 1,
}
