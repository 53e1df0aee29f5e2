namespace Ftte.TinyEngine;

/// <summary>Describes a network layer by layer, in execution order; <see cref="SoftmaxCrossEntropy"/> completes it.</summary>
/// <remarks>Every mistake is reported at the layer that makes it, by its name. Used by one thread, once.</remarks>
public sealed class NetworkBuilder
{
    private readonly List<Operation> _operations = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly int _inputs;
    private long _parameterCount;
    private bool _isComplete;

    internal NetworkBuilder(int inputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        _inputs = inputs;
    }

    private int Outputs => _operations.Count > 0 ? _operations[^1].Outputs : _inputs;

    private string Last => _operations.Count > 0 ? $"'{_operations[^1].Name}'" : "the input";

    /// <summary>Adds a linear layer: y = x * Wᵀ + b, with blocks <c>name.weight</c> of shape [outputs, inputs] and <c>name.bias</c> of shape [outputs].</summary>
    /// <param name="name">The layer's name, unique in the network.</param>
    /// <param name="outputs">The number of values it makes per example, at least 1.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, there is no output, or the network's parameters would exceed the largest array.</exception>
    public NetworkBuilder Linear(string name, int outputs)
    {
        CheckName(name);
        if (outputs < 1)
        {
            throw new ArgumentException($"Layer '{name}' has {outputs} outputs; give it at least one.", nameof(outputs));
        }

        _parameterCount += ((long)Outputs * outputs) + outputs;
        if (_parameterCount > Array.MaxLength)
        {
            throw new ArgumentException(
                $"With layer '{name}' of {outputs} x {Outputs} weights the network would have {_parameterCount} parameters; the longest array holds {Array.MaxLength}.",
                nameof(outputs));
        }

        return Add(new Linear(name, Outputs, outputs));
    }

    /// <summary>Adds a ReLU: y = max(0, x), computed in place.</summary>
    /// <param name="name">The layer's name; null to name it after the layer before, such as <c>fc1.relu</c>.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken.</exception>
    public NetworkBuilder Relu(string? name = null)
    {
        name ??= $"{(_operations.Count > 0 ? _operations[^1].Name : "input")}.relu";
        CheckName(name);
        return Add(new Relu(name, Outputs));
    }

    /// <summary>Completes the network with a softmax over the classes and the cross-entropy with the example's label.</summary>
    /// <param name="name">The loss's name in plans and profiles.</param>
    /// <returns>The network; its number of classes is the number of outputs of the last layer.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, the last layer has fewer than two outputs, or no layer has parameters.</exception>
    public Network SoftmaxCrossEntropy(string name = "loss")
    {
        CheckName(name);
        if (_parameterCount == 0)
        {
            throw new ArgumentException($"No layer before '{name}' has parameters, so there is nothing to train; add a Linear layer.");
        }

        if (Outputs < 2)
        {
            throw new ArgumentException($"'{name}' needs at least two classes to tell apart, but {Last} has {Outputs} output; give it one output per class.");
        }

        Add(new SoftmaxCrossEntropy(name, Outputs));
        _isComplete = true;
        return new Network(_inputs, [.. _operations]);
    }

    private NetworkBuilder Add(Operation operation)
    {
        _operations.Add(operation);
        return this;
    }

    private void CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (_isComplete)
        {
            throw new InvalidOperationException($"'{name}' comes after {Last}, which completed the network; start another with Network.Build.");
        }

        if (!_names.Add(name))
        {
            throw new ArgumentException($"Two layers are named '{name}'; give every layer a name of its own.", nameof(name));
        }
    }
}
