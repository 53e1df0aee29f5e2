namespace Ftte.TinyEngine;

/// <summary>The sum of branches.</summary>
/// <remarks>Saved for backward: nothing. The gradient goes to every branch as it is; one of them takes it over, the others get copies.</remarks>
internal sealed class Add(string name, Value output, params Value[] inputs) : Operation(name, output, inputs)
{
    protected override string Settings => "";
}
