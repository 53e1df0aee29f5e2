namespace Ftte.TinyEngine;

/// <summary>Represents a height and a width: of a kernel, a stride or a padding. A plain number is both.</summary>
/// <param name="Height">The height.</param>
/// <param name="Width">The width.</param>
public readonly record struct Size(int Height, int Width)
{
    /// <summary>Creates a square size.</summary>
    /// <param name="side">The height and the width.</param>
    public static implicit operator Size(int side) => new(side, side);

    /// <summary>Creates a size from a pair.</summary>
    /// <param name="size">The height and the width.</param>
    public static implicit operator Size((int Height, int Width) size) => new(size.Height, size.Width);

    /// <summary>Creates a square size.</summary>
    /// <param name="side">The height and the width.</param>
    /// <returns>The size.</returns>
    public static Size FromInt32(int side) => side;

    /// <summary>Creates a size from a pair.</summary>
    /// <param name="size">The height and the width.</param>
    /// <returns>The size.</returns>
    public static Size FromValueTuple((int Height, int Width) size) => size;

    /// <inheritdoc />
    public override string ToString() => $"{Height}x{Width}";
}
