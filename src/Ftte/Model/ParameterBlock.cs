using System.Collections.Immutable;

namespace Ftte;

/// <summary>A named tensor inside the flat parameter vector, such as a layer's weights or its bias.</summary>
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

    /// <summary>Gets where the block lies in the flat vector.</summary>
    public ParameterRange Range { get; }

    /// <summary>Gets what the values are for.</summary>
    public ParameterRole Role { get; }

    /// <inheritdoc />
    public override string ToString() => $"{Name} [{string.Join(", ", Shape)}] at {Range}";
}
