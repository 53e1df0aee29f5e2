using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

/// <summary>Represents the maximum over windows.</summary>
/// <remarks>Saved for backward: the position of the maximum in its window, 2 bits per output for windows of up to four values.</remarks>
internal sealed class MaxPooling(string name, Value input, Value output, PoolingShape shape) : Operation(name, output, input)
{
    public PoolingShape Shape { get; } = shape;

    protected override string Settings => $"{Shape}";

    public override bool EagerKeepsInput => true;
}
