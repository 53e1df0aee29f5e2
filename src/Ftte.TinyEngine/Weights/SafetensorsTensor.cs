using System.Collections.Immutable;

namespace Ftte.TinyEngine;

/// <summary>Represents the entry of one tensor in the header of a safetensors file.</summary>
public sealed class SafetensorsTensor
{
    internal SafetensorsTensor(string name, string type, ImmutableArray<long> shape, long elementCount, long start, long length)
    {
        (Name, Type, Shape, ElementCount, Start, Length) = (name, type, shape, elementCount, start, length);
    }

    /// <summary>Gets the name, unique within the file.</summary>
    public string Name { get; }

    /// <summary>Gets the name of the value type in the file, such as F32, BF16, F16 or I64. This library may not support the type.</summary>
    public string Type { get; }

    /// <summary>Gets the dimensions, outermost first; none for a single value. A dimension may be 0.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>Gets the number of values, the product of the dimensions.</summary>
    public long ElementCount { get; }

    /// <summary>Gets the offset of the values, in bytes from the end of the header.</summary>
    public long Start { get; }

    /// <summary>Gets the size of the values, in bytes.</summary>
    public long Length { get; }

    /// <inheritdoc />
    public override string ToString() => $"{Name} {Type} [{string.Join(", ", Shape)}]";
}
