namespace Ftte.TinyEngine;

/// <summary>The channels of branches next to each other.</summary>
/// <remarks>Saved for backward: nothing.</remarks>
internal sealed class Concat(string name, Value output, params Value[] inputs) : Operation(name, output, inputs)
{
    protected override string Settings => "";
}
