using Ftte.TinyEngine.Execution;

namespace Ftte.TinyEngine;

/// <summary>Determines which operations of a network a selection trains, and how far gradients flow back.</summary>
internal sealed class GradientFlow
{
    private readonly ParameterSelection _selection;
    private readonly bool[] _needsGradient;

    /// <summary>Follows the gradients of a selection.</summary>
    public GradientFlow(Network network, ParameterSelection selection)
    {
        _selection = selection;
        _needsGradient = new bool[network.Values.Length];
        int cut = Array.FindIndex(network.Operations, IsTrained);
        Cut = cut < 0 ? network.Operations.Length : cut;
        foreach (Operation operation in network.Operations)
        {
            _needsGradient[operation.Output.Index] = IsTrained(operation) || operation.Inputs.Any(NeedsGradient);
        }
    }

    /// <summary>Gets the first step in which anything is trained; the number of steps if nothing is.</summary>
    public int Cut { get; }

    /// <summary>Returns whether any coordinate of a block is trained.</summary>
    public bool IsTrained(ParameterBlock block) => TileDecomposition.Selects(_selection, block.Range);

    /// <summary>Returns whether any parameter of an operation is trained by gradients.</summary>
    public bool IsTrained(Operation operation) => operation.Trainable.Any(IsTrained);

    /// <summary>Returns whether training computes the gradient of a value.</summary>
    public bool NeedsGradient(Value value) => _needsGradient[value.Index];
}
