namespace Ftte.TinyEngine;

/// <summary>Represents the sum of branches.</summary>
/// <remarks>Saved for backward: nothing. The gradient of every branch is the gradient of the sum; one branch reuses its memory, the others get copies.</remarks>
internal sealed class Add(string name, Value output, params Value[] inputs) : Operation(name, output, inputs)
{
    protected override string Settings => "";
}
