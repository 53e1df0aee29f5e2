using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Represents a smooth activation bound to its tensors.</summary>
internal sealed unsafe class PlannedSmoothActivation(SmoothActivation op, Tensor x, Tensor y, Tensor? yGradient, InputGradientTarget? xGradient)
    : PlannedOperation
{
    private const int Grain = 64;
    private readonly int _values = op.Output.Shape.Count;

    public override int BackwardPhases => xGradient is null ? 0 : 1;

    /// <summary>Declares the tensors of the operation and their uses, and binds the operation to them.</summary>
    public static PlannedSmoothActivation Plan(SmoothActivation op, PlanBuilder plan)
    {
        Tensor x = plan.Read(op.Input);
        Tensor y = plan.WriteInPlace(keepsInput: op.MayKeepInput && plan.RunsBackward);
        if (plan.RunsBackward)
        {
            plan.Keep(op.MayKeepInput ? x : y);
        }

        plan.ShareGradient(op.Input);
        InputGradientTarget? dx = plan.RunsBackward ? plan.InputGradient(op.Input) : null;
        return new PlannedSmoothActivation(op, x, y, plan.OutputGradient(), dx);
    }

    public override void Forward(TrainingPass pass, int phase, int worker)
    {
        (int first, int last) = pass.Share(pass.Examples * _values, worker, Grain);
        SmoothActivationKernel.Forward(op.Kind, pass.Floats(x) + first, pass.Floats(y) + first, last - first);
    }

    public override void Backward(TrainingPass pass, int phase, int worker)
    {
        (int first, int last) = pass.Share(pass.Examples * _values, worker, Grain);
        float* saved = pass.Floats(op.MayKeepInput ? x : y);
        SmoothActivationKernel.Backward(
            op.Kind, saved + first, pass.Floats(yGradient!) + first, pass.Floats(xGradient!.Tensor) + first, last - first, xGradient.Adds);
    }
}
