namespace Ftte.TinyEngine;

/// <summary>The values that flow from one operation to the next, with the buffer they are in and, if backward gets here, their gradient's.</summary>
/// <param name="name">The operation that makes the values.</param>
/// <param name="values">The number of values per example.</param>
/// <param name="value">Where the values are.</param>
/// <param name="producer">The step that makes them; -1 for the network's input.</param>
internal sealed class Activation(string name, int values, Tensor value, int producer)
{
    public string Name { get; } = name;

    public int Values { get; } = values;

    public Tensor Value { get; } = value;

    public int Producer { get; } = producer;

    /// <summary>Gets whether this is the network's input, which stays in memory anyway.</summary>
    public bool IsInput => Producer < 0;

    /// <summary>Gets or sets where the gradient goes; made when an operation first asks for it.</summary>
    public Tensor? Gradient { get; set; }
}
