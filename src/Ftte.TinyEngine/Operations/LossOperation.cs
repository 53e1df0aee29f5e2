namespace Ftte.TinyEngine;

/// <summary>Represents the mean loss over the examples.</summary>
/// <remarks>The gradient is computed together with the loss in the forward pass, so no other values are saved.</remarks>
internal sealed class LossOperation(string name, Value input, Value output, LossKind kind) : Operation(name, output, input)
{
    public LossKind Kind { get; } = kind;

    public int Outputs => Output.Shape.Count;

    /// <summary>Gets a value that indicates whether the target of an example is its label; otherwise it is a vector.</summary>
    public bool TakesLabels => Kind == LossKind.SoftmaxCrossEntropy || (Kind == LossKind.BinaryCrossEntropy && Outputs == 1);

    /// <summary>Gets the number of labels; 0 if the targets are vectors.</summary>
    public int ClassCount => !TakesLabels ? 0 : Kind == LossKind.SoftmaxCrossEntropy ? Outputs : 2;

    public long LabelBytes => TakesLabels ? sizeof(int) : sizeof(float) * (long)Outputs;

    public override bool EagerKeepsOutput => true;

    protected override string Settings => $"{Kind}";
}
