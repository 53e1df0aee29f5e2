namespace Ftte.TinyEngine;

/// <summary>The mean loss over the examples.</summary>
/// <remarks>Its gradient is known as soon as the loss is, so it is made in the forward pass and nothing else is saved.</remarks>
internal sealed class LossOperation(string name, Value input, Value output, LossKind kind) : Operation(name, output, input)
{
    public LossKind Kind { get; } = kind;

    public int Outputs => Output.Shape.Count;

    /// <summary>Gets whether an example's target is its label and not a vector.</summary>
    public bool TakesLabels => Kind == LossKind.SoftmaxCrossEntropy || (Kind == LossKind.BinaryCrossEntropy && Outputs == 1);

    /// <summary>Gets the number of labels; 0 if the targets are vectors.</summary>
    public int ClassCount => !TakesLabels ? 0 : Kind == LossKind.SoftmaxCrossEntropy ? Outputs : 2;

    public long LabelBytes => TakesLabels ? sizeof(int) : sizeof(float) * (long)Outputs;

    public override bool EagerKeepsOutput => true;

    protected override string Settings => $"{Kind}";
}
