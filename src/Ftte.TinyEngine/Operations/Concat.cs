namespace Ftte.TinyEngine;

/// <summary>Represents the concatenation of the channels of branches.</summary>
/// <remarks>Saved for backward: nothing.</remarks>
internal sealed class Concat(string name, Value output, params Value[] inputs) : Operation(name, output, inputs)
{
    protected override string Settings => "";
}
