namespace Ftte.TinyEngine;

/// <summary>How the tensors of a file of weights are matched with a network's parameters.</summary>
public sealed class WeightFileOptions
{
    /// <summary>
    /// Gets what a parameter of the network is called in the file, for a model that names its layers otherwise: it is given the network's name, such as
    /// <c>conv1.weight</c>. Null, the default, for the same names.
    /// </summary>
    public Func<string, string>? NameInFile { get; init; }

    /// <summary>
    /// Gets whether a file may have tensors that the network does not; false by default, because they usually are a sign of the wrong file. The counters
    /// named <c>num_batches_tracked</c>, which PyTorch keeps for its own use, are ignored in any case. Has no effect on saving.
    /// </summary>
    public bool AllowExtra { get; init; }
}
