using System.Collections.Immutable;
using Ftte.TinyEngine.Execution;

namespace Ftte.TinyEngine;

/// <summary>Describes the part of a plan's selection that a run changes.</summary>
internal sealed class RunScope
{
    /// <summary>Creates a scope.</summary>
    /// <param name="network">The network.</param>
    /// <param name="selection">The selection of the plan.</param>
    /// <param name="gradients">The gradients of the plan.</param>
    /// <param name="held">The coordinates that keep their values; null for none. A block is held as a whole or not at all.</param>
    /// <param name="free">The coordinates without a proximal term; null for none.</param>
    public RunScope(Network network, ParameterSelection selection, ImmutableArray<PlannedGradient> gradients, ParameterSelection? held = null, ParameterSelection? free = null)
    {
        ParameterSelection changed = held is null ? selection : selection.Except(held);
        PlannedGradient[] trained = [.. gradients.Where(gradient => held?.Contains(gradient.Start) != true)];
        Held = held;
        Cut = new GradientFlow(network, changed).Cut;
        TrainedLayers = Math.Max(1, trained.Any(g => !g.IsVector) ? trained.Count(g => !g.IsVector) : trained.Length);
        ParameterSelection updated = held is null ? network.Trainable : network.Trainable.Except(held);
        Runs = UpdateRun.Find(selection, updated);
        AnchoredRuns = free is null ? Runs : UpdateRun.Find(selection, updated.Except(free));
    }

    /// <summary>Gets the blocks that keep their values; null if there are none.</summary>
    public ParameterSelection? Held { get; }

    /// <summary>Gets the first step with a parameter that changes; the number of steps if there is none.</summary>
    public int Cut { get; }

    /// <summary>Gets the number of weight matrices that change; the number of vectors if no matrix does; at least 1.</summary>
    public int TrainedLayers { get; }

    /// <summary>Gets the runs of packed parameters that a gradient step changes: all selected ones except held ones and running statistics.</summary>
    public ImmutableArray<UpdateRun> Runs { get; }

    /// <summary>Gets the runs that have a proximal term, if there is one.</summary>
    public ImmutableArray<UpdateRun> AnchoredRuns { get; }
}
