using System.Collections.Immutable;

namespace Ftte.TinyEngine;

/// <summary>Defines one operation of a network: its values, its parameters and the choices of training it. Its planned form executes it.</summary>
internal abstract class Operation
{
    protected Operation(string name, Value output, params Value[] inputs)
    {
        (Name, Output, Inputs) = (name, output, inputs);
        output.Producer = this;
        foreach (Value input in inputs)
        {
            input.Consumers.Add(this);
        }
    }

    public string Name { get; }

    /// <summary>Gets or sets its place in execution order.</summary>
    public int Step { get; set; }

    public Value[] Inputs { get; }

    public Value Input => Inputs[0];

    public Value Output { get; }

    /// <summary>Gets the tensors that belong to it.</summary>
    public virtual ImmutableArray<BlockDefinition> Blocks => [];

    /// <summary>Gets the positions of its tensors, in the order of <see cref="Blocks"/>; available when the network is complete.</summary>
    public ImmutableArray<ParameterBlock> Parameters { get; private set; } = [];

    /// <summary>Gets the parameters that a gradient can reach: all except running statistics.</summary>
    public IEnumerable<ParameterBlock> Trainable => Parameters.Where((_, i) => Blocks[i].Role != BlockRole.Statistic);

    /// <summary>Gets a value that indicates whether its backward pass may read its input.</summary>
    public virtual bool MayKeepInput => false;

    /// <summary>Gets a value that indicates whether its backward pass may read its output.</summary>
    public virtual bool MayKeepOutput => false;

    /// <summary>Gets a value that indicates whether a framework without a planner keeps its input for the backward pass.</summary>
    public virtual bool EagerKeepsInput => false;

    /// <summary>Gets a value that indicates whether a framework without a planner keeps its output for the backward pass.</summary>
    public virtual bool EagerKeepsOutput => false;

    /// <summary>Gets a value that indicates whether a framework without a planner allocates a separate tensor for the output.</summary>
    public virtual bool EagerCopies => true;

    /// <summary>Gets the multiply-adds of one example's forward pass.</summary>
    public virtual long MultiplyAdds => 0;

    /// <summary>Gets the definition: the type, the values, the settings and the parameters. Names are not part of it.</summary>
    public string Definition => string.Join(' ', [
        GetType().Name,
        $"({Settings})",
        .. Inputs.Append(Output).Select(v => $"{v.Index}:{v.Shape.Height}x{v.Shape.Width}x{v.Shape.Channels}"),
        .. Parameters.Select(b => $"{b.Range.Start}-{b.Range.End}"),
    ]);

    /// <summary>Gets all settings that determine the result, except inputs, shapes and parameters.</summary>
    /// <remarks>Stored features are identified by it: if a setting is missing, features of another network are used.</remarks>
    protected abstract string Settings { get; }

    public void Attach(ParameterLayout layout) => Parameters = [.. Blocks.Select(b => layout[b.Name])];

    /// <summary>Initializes its parameters.</summary>
    /// <param name="parameters">The whole flat vector.</param>
    /// <param name="seed">The seed; parameter j draws number j.</param>
    public virtual void Initialize(Span<float> parameters, ulong seed)
    {
    }

    /// <summary>Returns the choices of training it; empty for an operation without parameters.</summary>
    /// <param name="inputShares">The shares of the input channels that a choice may train, in (0, 1], ascending.</param>
    public virtual IEnumerable<OperationChoice> Choices(IReadOnlyList<double> inputShares) => [];
}
