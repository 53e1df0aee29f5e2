namespace Ftte.TinyEngine;

/// <summary>Defines a tensor of parameters.</summary>
/// <param name="Name">Its name in the layout and in files.</param>
/// <param name="Shape">Its dimensions in the flat vector, outermost first.</param>
/// <param name="Role">Its purpose.</param>
internal sealed record BlockDefinition(string Name, int[] Shape, BlockRole Role)
{
    /// <summary>Gets the dimensions from which those of a file follow by permutation: a linear layer on an image sees rows, columns and channels.</summary>
    public int[] View { get; init; } = Shape;

    /// <summary>Gets the role of its values in the layout, by which a server distinguishes weights from statistics.</summary>
    public ParameterRole ParameterRole { get; init; } = Role == BlockRole.Statistic ? ParameterRole.Statistic : ParameterRole.Trainable;

    /// <summary>Gets the dimensions that PyTorch gives the tensor.</summary>
    public int[] FileShape { get; init; } = Shape;
}
