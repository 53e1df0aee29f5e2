using System.Collections.Immutable;

namespace Ftte.TinyEngine;

/// <summary>One operation of a network, such as a linear layer or a ReLU: what it computes, what it needs, what of it can be trained.</summary>
/// <param name="name">The layer's name, unique in its network.</param>
/// <param name="outputs">The number of values per example that it makes.</param>
internal abstract class Operation(string name, int outputs)
{
    public string Name { get; } = name;

    public int Outputs { get; } = outputs;

    /// <summary>Gets the names and shapes of its parameters.</summary>
    public virtual ImmutableArray<(string Name, int[] Shape)> Blocks => [];

    /// <summary>Gets where its parameters lie, in the order of <see cref="Blocks"/>; known once the whole network is.</summary>
    public ImmutableArray<ParameterBlock> Parameters { get; private set; } = [];

    /// <summary>Gets whether a framework without a planner keeps its input for the backward pass.</summary>
    public virtual bool EagerKeepsInput => false;

    /// <summary>Gets whether a framework without a planner keeps its output for the backward pass.</summary>
    public virtual bool EagerKeepsOutput => false;

    public void Attach(ParameterLayout layout) => Parameters = [.. Blocks.Select(b => layout[b.Name])];

    /// <summary>Fills its parameters with starting values.</summary>
    /// <param name="parameters">The whole flat vector.</param>
    /// <param name="seed">The seed; parameter j draws number j.</param>
    /// <param name="next">The operation that follows.</param>
    public virtual void Initialize(Span<float> parameters, ulong seed, Operation next)
    {
    }

    /// <summary>Lists what can be trained in it; nothing, for an operation without parameters.</summary>
    /// <param name="inputShares">The shares of the input channels that a choice may train, in (0, 1], ascending.</param>
    public virtual IEnumerable<(string Name, ImmutableArray<ParameterRange> Ranges, long MultiplyAdds)> Choices(IReadOnlyList<double> inputShares) => [];

    /// <summary>Declares the tensors that it needs, and when, and binds itself to them.</summary>
    /// <param name="plan">The plan being made.</param>
    /// <param name="step">Its position in execution order.</param>
    /// <param name="activation">Its input; becomes its output.</param>
    public abstract PlannedOperation Plan(PlanBuilder plan, int step, ref Activation activation);
}
