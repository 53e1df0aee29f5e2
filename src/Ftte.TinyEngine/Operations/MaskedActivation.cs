using Ftte.TinyEngine.Kernels;
using static System.FormattableString;

namespace Ftte.TinyEngine;

/// <summary>ReLU, ReLU6 or LeakyReLU, in place.</summary>
/// <remarks>Saved for backward: one bit per value.</remarks>
internal sealed class MaskedActivation(string name, Value input, Value output, MaskedActivationKind kind, float slope = 0) : Operation(name, output, input)
{
    public MaskedActivationKind Kind { get; } = kind;

    public float Slope { get; } = slope;

    public override bool EagerKeepsOutput => true;

    protected override string Settings => Invariant($"{Kind} {Slope}");

    public override PlannedOperation Plan(PlanBuilder plan)
    {
        Tensor x = plan.Read(Input);
        Tensor y = plan.WriteInPlace();
        plan.ShareGradient(Input);
        InputGradientTarget? dx = plan.RunsBackward ? plan.InputGradient(Input) : null;
        Tensor? mask = plan.RunsBackward ? plan.AddKept("mask", MaskBytes(plan.Settings.MicroBatchSize), examples: 1) : null;
        return new PlannedMaskedActivation(this, x, y, mask, plan.OutputGradient(), dx);
    }

    private long MaskBytes(int examples) => (((long)examples * Output.Shape.Count) + 7) / 8;
}

/// <summary>A masked activation bound to its tensors.</summary>
internal sealed unsafe class PlannedMaskedActivation(
    MaskedActivation op, Tensor x, Tensor y, Tensor? mask, Tensor? yGradient, InputGradientTarget? xGradient) : PlannedOperation
{
    // Shares start at whole vectors of mask bytes.
    private const int Grain = 512;
    private readonly int _values = op.Output.Shape.Count;

    public override int BackwardPhases => xGradient is null ? 0 : 1;

    public override void Forward(TrainingPass pass, int phase, int worker)
    {
        (int first, int last) = pass.Share(pass.Examples * _values, worker, Grain);
        byte* bits = mask is null ? null : pass.Bytes(mask);
        MaskedActivationKernel.Forward(op.Kind, op.Slope, pass.Floats(x), pass.Floats(y), bits, first, last);
    }

    public override void Backward(TrainingPass pass, int phase, int worker)
    {
        (int first, int last) = pass.Share(pass.Examples * _values, worker, Grain);
        float* dy = pass.Floats(yGradient!), dx = pass.Floats(xGradient!.Tensor);
        byte* bits = pass.Bytes(mask!);
        if (xGradient.Adds)
        {
            // The output's gradient is not needed after this, so it is masked where it is.
            MaskedActivationKernel.Backward(op.Kind, op.Slope, bits, dy, dy, first, last);
            Elementwise.AddTo(dy + first, dx + first, last - first);
        }
        else
        {
            MaskedActivationKernel.Backward(op.Kind, op.Slope, bits, dy, dx, first, last);
        }
    }
}
