using Ftte.TinyEngine.Execution;

namespace Ftte.TinyEngine;

/// <summary>Determines the operations that a selection trains, and the extent of the backward pass.</summary>
internal sealed class GradientFlow
{
    private readonly ParameterSelection _selection;
    private readonly bool[] _needsGradient;

    /// <summary>Determines the gradient flow of a selection.</summary>
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

    /// <summary>Gets the first step with a trained parameter; the number of steps if there is none.</summary>
    public int Cut { get; }

    /// <summary>Determines whether any coordinate of a block is trained.</summary>
    public bool IsTrained(ParameterBlock block) => TileDecomposition.Selects(_selection, block.Range);

    /// <summary>Determines whether any parameter of an operation is trained by gradients.</summary>
    public bool IsTrained(Operation operation) => operation.Trainable.Any(IsTrained);

    /// <summary>Determines whether training computes the gradient of a value.</summary>
    public bool NeedsGradient(Value value) => _needsGradient[value.Index];
}
