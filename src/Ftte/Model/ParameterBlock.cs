using System.Collections.Immutable;

namespace Ftte;

/// <summary>Represents a named tensor in the flat parameter vector, such as the weights or the bias of a layer.</summary>
public sealed class ParameterBlock
{
    internal ParameterBlock(string name, ImmutableArray<int> shape, ParameterRange range, ParameterRole role)
    {
        Name = name;
        Shape = shape;
        Range = range;
        Role = role;
    }

    /// <summary>Gets the name, unique within its layout, such as <c>conv1.weight</c>.</summary>
    public string Name { get; }

    /// <summary>Gets the tensor's dimensions, outermost first; the product is the block's length.</summary>
    public ImmutableArray<int> Shape { get; }

    /// <summary>Gets the range of the block in the flat vector.</summary>
    public ParameterRange Range { get; }

    /// <summary>Gets the role of the values.</summary>
    public ParameterRole Role { get; }

    /// <inheritdoc />
    public override string ToString() => $"{Name} [{string.Join(", ", Shape)}] at {Range}";
}
