namespace Ftte.TinyEngine;

/// <summary>Specifies how the tensors of a file of weights are matched with a network's parameters.</summary>
public sealed class WeightFileOptions
{
    /// <summary>
    /// Gets the function that returns the name of a parameter in the file, for a model that names its layers differently. The argument is the network's name, such
    /// as <c>conv1.weight</c>. Null, the default, for the same names.
    /// </summary>
    /// <remarks>
    /// <para>When a file is loaded, two parameters may have the same name in the file: both get the values of that tensor, as do weights that two layers of the
    /// model share. Saving writes every parameter under its own name and refuses two with the same name.</para>
    /// <para>If a name is not in the file, the loader also accepts names with the parts that wrappers of PyTorch add, namely <c>_orig_mod.</c> of torch.compile,
    /// <c>_fsdp_wrapped_module.</c> and <c>_checkpoint_wrapped_module.</c> anywhere and <c>module.</c> of data-parallel training at the start, provided that every
    /// parameter is found that way and none of them twice.</para>
    /// </remarks>
    public Func<string, string>? NameInFile { get; init; }

    /// <summary>
    /// Gets whether a file may have tensors that the network does not have; false by default, because they usually mean that it is the wrong file. They may be of any
    /// type, also of one that this library does not know. The counters named <c>num_batches_tracked</c>, which PyTorch keeps for its own use, are always ignored.
    /// Has no effect on saving.
    /// </summary>
    public bool AllowExtra { get; init; }
}
