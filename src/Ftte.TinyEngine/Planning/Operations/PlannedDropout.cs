using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Represents dropout bound to its tensors.</summary>
internal sealed unsafe class PlannedDropout(Dropout op, Tensor x, Tensor y, Tensor? yGradient, InputGradientTarget? xGradient) : PlannedOperation
{
    private const int Grain = 64;
    private readonly int _values = op.Output.Shape.Count;

    public override int BackwardPhases => xGradient is null ? 0 : 1;

    /// <summary>Declares the tensors of the operation and their uses, and binds the operation to them.</summary>
    public static PlannedDropout Plan(Dropout op, PlanBuilder plan)
    {
        Tensor x = plan.Read(op.Input);
        Tensor y = plan.WriteInPlace();
        plan.ShareGradient(op.Input);
        InputGradientTarget? dx = plan.RunsBackward ? plan.InputGradient(op.Input) : null;
        return new PlannedDropout(op, x, y, plan.OutputGradient(), dx);
    }

    public override void Forward(TrainingPass pass, int phase, int worker)
    {
        (int first, int last) = pass.Share(pass.Examples * _values, worker, Grain);
        float* values = pass.Floats(y) + first;
        if (x != y)
        {
            Elementwise.Copy(pass.Floats(x) + first, values, last - first);
        }

        Drop(pass, values, first, last);
    }

    public override void Backward(TrainingPass pass, int phase, int worker)
    {
        // The output's gradient is not read afterwards, so it can be modified in place.
        (int first, int last) = pass.Share(pass.Examples * _values, worker, Grain);
        float* dy = pass.Floats(yGradient!) + first;
        float* dx = pass.Floats(xGradient!.Tensor) + first;
        Drop(pass, dy, first, last);
        if (xGradient.Adds)
        {
            Elementwise.AddTo(dy, dx, last - first);
        }
        else if (dx != dy)
        {
            Elementwise.Copy(dy, dx, last - first);
        }
    }

    private void Drop(TrainingPass pass, float* values, int first, int last)
    {
        if (pass.Seed is { } seed)
        {
            // Indices are relative to the batch, so that micro-batches and chunks drop the same positions as the whole batch.
            ulong start = ((ulong)(pass.ExampleInBatch + pass.FirstExample) * (ulong)_values) + (ulong)first;
            DropoutKernel.Forward(values, last - first, SplitMix64.At(seed, (ulong)op.Step), start, op.Rate);
        }
    }
}
