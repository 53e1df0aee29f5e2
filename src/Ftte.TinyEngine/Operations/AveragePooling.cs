using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

/// <summary>Represents the mean over windows.</summary>
/// <remarks>Saved for backward: nothing.</remarks>
internal sealed class AveragePooling(string name, Value input, Value output, PoolingShape shape) : Operation(name, output, input)
{
    public PoolingShape Shape { get; } = shape;

    protected override string Settings => $"{Shape}";
}
