using System.Collections.Immutable;
using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>One operation of a network: what it computes, what it needs, what of it can be trained.</summary>
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

    /// <summary>Gets where its tensors lie, in the order of <see cref="Blocks"/>; known once the whole network is.</summary>
    public ImmutableArray<ParameterBlock> Parameters { get; private set; } = [];

    /// <summary>Gets the parameters that a gradient can reach: all but running statistics.</summary>
    public IEnumerable<ParameterBlock> Trainable => Parameters.Where((_, i) => Blocks[i].Role != BlockRole.Statistic);

    /// <summary>Gets whether its backward pass may read its input.</summary>
    public virtual bool MayKeepInput => false;

    /// <summary>Gets whether its backward pass may read its output.</summary>
    public virtual bool MayKeepOutput => false;

    /// <summary>Gets whether a framework without a planner keeps its input for the backward pass.</summary>
    public virtual bool EagerKeepsInput => false;

    /// <summary>Gets whether a framework without a planner keeps its output for the backward pass.</summary>
    public virtual bool EagerKeepsOutput => false;

    /// <summary>Gets whether a framework without a planner makes a tensor of its own for the output.</summary>
    public virtual bool EagerCopies => true;

    /// <summary>Gets the multiply-adds of one example's forward pass.</summary>
    public virtual long MultiplyAdds => 0;

    /// <summary>Gets the definition: what is computed from which values, with which settings and parameters. Names do not count.</summary>
    public string Definition => string.Join(' ', [
        GetType().Name,
        $"({Settings})",
        .. Inputs.Append(Output).Select(v => $"{v.Index}:{v.Shape.Height}x{v.Shape.Width}x{v.Shape.Channels}"),
        .. Parameters.Select(b => $"{b.Range.Start}-{b.Range.End}"),
    ]);

    /// <summary>Gets every setting on which the result depends, besides inputs, shapes and parameters.</summary>
    /// <remarks>Kept features are found again by it: if a setting is missing, features of another network are used.</remarks>
    protected abstract string Settings { get; }

    public void Attach(ParameterLayout layout) => Parameters = [.. Blocks.Select(b => layout[b.Name])];

    /// <summary>Fills its parameters with starting values.</summary>
    /// <param name="parameters">The whole flat vector.</param>
    /// <param name="seed">The seed; parameter j draws number j.</param>
    public virtual void Initialize(Span<float> parameters, ulong seed)
    {
    }

    /// <summary>Lists what can be trained in it; nothing, for an operation without parameters.</summary>
    /// <param name="inputShares">The shares of the input channels that a choice may train, in (0, 1], ascending.</param>
    public virtual IEnumerable<OperationChoice> Choices(IReadOnlyList<double> inputShares) => [];

    /// <summary>Declares the tensors that it needs, and when, and binds itself to them.</summary>
    /// <param name="plan">The plan being made, at this operation's step.</param>
    public abstract PlannedOperation Plan(PlanBuilder plan);
}

/// <summary>A way to train an operation.</summary>
/// <param name="Name">What is trained, for people.</param>
/// <param name="Ranges">The trained coordinates.</param>
/// <param name="MultiplyAdds">The multiply-adds per example of their gradient.</param>
/// <param name="Window">The input channels, if only some are trained.</param>
internal sealed record OperationChoice(string Name, ImmutableArray<ParameterRange> Ranges, long MultiplyAdds, ChannelWindow? Window = null);

/// <summary>What a tensor of parameters is for.</summary>
internal enum BlockRole
{
    Weight,
    Bias,

    /// <summary>A running mean or variance: part of the model, but no gradient reaches it.</summary>
    Statistic,
}

/// <summary>A tensor of parameters.</summary>
/// <param name="Name">Its name in the layout and in files.</param>
/// <param name="Shape">Its dimensions in the flat vector, outermost first.</param>
/// <param name="Role">What it is for.</param>
internal sealed record BlockDefinition(string Name, int[] Shape, BlockRole Role)
{
    /// <summary>Gets the dimensions from which those of a file follow by permutation: a linear layer on an image sees rows, columns and channels.</summary>
    public int[] View { get; init; } = Shape;

    /// <summary>Gets what its values are for in the layout, where a server must tell weights from statistics.</summary>
    public ParameterRole ParameterRole { get; init; } = Role == BlockRole.Statistic ? ParameterRole.Statistic : ParameterRole.Trainable;

    /// <summary>Gets the dimensions that PyTorch gives the tensor.</summary>
    public int[] FileShape { get; init; } = Shape;
}
