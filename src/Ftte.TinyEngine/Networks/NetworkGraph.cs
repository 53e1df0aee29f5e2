namespace Ftte.TinyEngine;

/// <summary>Represents the operations and values of a network under construction; shared by the builders of all branches.</summary>
internal sealed class NetworkGraph
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly List<Value> _values = [];
    private string? _loss;
    private long _parameterCount;

    public NetworkGraph(ImageShape input) => Input = NewValue("input", input);

    public Value Input { get; }

    public List<Operation> Operations { get; } = [];

    public IReadOnlyList<Value> Values => _values;

    public bool HasParameters => _parameterCount > 0;

    /// <summary>Reserves a name for a layer.</summary>
    public void Claim(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (_loss is not null)
        {
            throw new InvalidOperationException($"Layer '{name}' cannot follow the loss '{_loss}', which completed the network. Create another network with Network.Build.");
        }

        if (!_names.Add(name))
        {
            throw new ArgumentException($"Two layers are named '{name}'. Give every layer a unique name.", nameof(name));
        }
    }

    public Value NewValue(string name, ImageShape shape)
    {
        var value = new Value(_values.Count, name, shape);
        _values.Add(value);
        return value;
    }

    public void Append(Operation operation)
    {
        operation.Step = Operations.Count;
        Operations.Add(operation);
    }

    /// <summary>Counts the parameters of a layer before they are added, and validates that the flat vector can be allocated.</summary>
    public void Count(string name, long parameters)
    {
        _parameterCount += parameters;
        if (_parameterCount > Array.MaxLength)
        {
            throw new ArgumentException($"With the {parameters} parameters of layer '{name}' the network would have {_parameterCount}, but the maximum is {Array.MaxLength}. Use a smaller network.", nameof(name));
        }
    }

    /// <summary>Completes the network.</summary>
    public Network Complete(LossOperation loss)
    {
        Append(loss);
        _loss = loss.Name;
        return new Network(this, loss);
    }
}
