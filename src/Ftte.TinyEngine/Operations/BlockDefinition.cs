namespace Ftte.TinyEngine;

/// <summary>Defines a tensor of parameters.</summary>
/// <param name="Name">Its name in the layout and in files.</param>
/// <param name="Shape">Its dimensions in the flat vector, outermost first.</param>
/// <param name="Role">Its purpose.</param>
internal sealed record BlockDefinition(string Name, int[] Shape, BlockRole Role)
{
    /// <summary>Gets the dimensions whose permutation yields those of a file: for a linear layer on an image, these are rows, columns and channels.</summary>
    public int[] View { get; init; } = Shape;

    /// <summary>Gets the role of its values in the layout, which distinguishes weights from statistics on the server.</summary>
    public ParameterRole ParameterRole { get; init; } = Role == BlockRole.Statistic ? ParameterRole.Statistic : ParameterRole.Trainable;

    /// <summary>Gets the dimensions of the tensor in PyTorch.</summary>
    public int[] FileShape { get; init; } = Shape;
}
