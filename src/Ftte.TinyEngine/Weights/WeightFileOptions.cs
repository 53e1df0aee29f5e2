namespace Ftte.TinyEngine;

/// <summary>Specifies the matching of the tensors in a file of weights with the parameters of a network.</summary>
public sealed class WeightFileOptions
{
    /// <summary>
    /// Gets the function that returns the name of a parameter in the file, for a model with other layer names. The argument is the name in the network, such
    /// as <c>conv1.weight</c>. Null, the default, keeps the names.
    /// </summary>
    /// <remarks>
    /// <para>When a file is loaded, two parameters may have the same name in the file: both get the values of that tensor, as do weights that two layers of the
    /// model share. Saving writes every parameter under its own name, and rejects two parameters with the same name.</para>
    /// <para>If a name is not in the file, the loader also accepts names with the parts that wrappers of PyTorch add, namely <c>_orig_mod.</c> of torch.compile,
    /// <c>_fsdp_wrapped_module.</c> and <c>_checkpoint_wrapped_module.</c> anywhere and <c>module.</c> of data-parallel training at the start, provided that every
    /// parameter is found that way exactly once.</para>
    /// </remarks>
    public Func<string, string>? NameInFile { get; init; }

    /// <summary>
    /// Gets a value that indicates whether a file may have tensors that the network does not have; false by default, because extra tensors usually indicate a wrong file. They may be of any
    /// type, including unsupported ones. PyTorch's counters named <c>num_batches_tracked</c> are always ignored.
    /// Has no effect on saving.
    /// </summary>
    public bool AllowExtra { get; init; }
}
