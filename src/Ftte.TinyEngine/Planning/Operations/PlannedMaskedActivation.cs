using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Represents a masked activation bound to its tensors.</summary>
internal sealed unsafe class PlannedMaskedActivation(
    MaskedActivation op, Tensor x, Tensor y, Tensor? mask, Tensor? yGradient, InputGradientTarget? xGradient) : PlannedOperation
{
    // Shares start at whole vectors of mask bytes.
    private const int Grain = 512;
    private readonly int _values = op.Output.Shape.Count;

    public override int BackwardPhases => xGradient is null ? 0 : 1;

    /// <summary>Declares the tensors of the operation and their uses, and binds the operation to them.</summary>
    public static PlannedMaskedActivation Plan(MaskedActivation op, PlanBuilder plan)
    {
        Tensor x = plan.Read(op.Input);
        Tensor y = plan.WriteInPlace();
        plan.ShareGradient(op.Input);
        InputGradientTarget? dx = plan.RunsBackward ? plan.InputGradient(op.Input) : null;
        Tensor? mask = plan.RunsBackward ? plan.AddKept("mask", MaskBytes(op, plan.Settings.MicroBatchSize), examples: 1) : null;
        return new PlannedMaskedActivation(op, x, y, mask, plan.OutputGradient(), dx);
    }

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
            // The output's gradient is not read afterwards, so it is masked in place.
            MaskedActivationKernel.Backward(op.Kind, op.Slope, bits, dy, dy, first, last);
            Elementwise.AddTo(dy + first, dx + first, last - first);
        }
        else
        {
            MaskedActivationKernel.Backward(op.Kind, op.Slope, bits, dy, dx, first, last);
        }
    }

    private static long MaskBytes(MaskedActivation op, int examples) => (((long)examples * op.Output.Shape.Count) + 7) / 8;
}
