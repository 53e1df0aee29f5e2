namespace Ftte.TinyEngine;

/// <summary>Represents the output of one operation and the input of others: an edge of the graph of the network, without memory.</summary>
internal sealed class Value(int index, string name, ImageShape shape)
{
    /// <summary>Gets the index; the network's input is 0.</summary>
    public int Index { get; } = index;

    public string Name { get; } = name;

    public ImageShape Shape { get; } = shape;

    /// <summary>Gets or sets the operation that computes it; null for the network's input.</summary>
    public Operation? Producer { get; set; }

    /// <summary>Gets the operations that read it, in execution order.</summary>
    public List<Operation> Consumers { get; } = [];

    /// <summary>Gets the step that computes it; -1 for the network's input.</summary>
    public int FirstStep => Producer?.Step ?? -1;

    /// <summary>Gets the last step that reads it.</summary>
    public int LastStep => Consumers.Count > 0 ? Consumers[^1].Step : FirstStep;
}
