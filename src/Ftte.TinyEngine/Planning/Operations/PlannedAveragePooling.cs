using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Represents average pooling bound to its tensors.</summary>
internal sealed unsafe class PlannedAveragePooling(PoolingShape shape, Tensor x, Tensor y, Tensor? yGradient, InputGradientTarget? xGradient)
    : PlannedOperation
{
    public override int BackwardPhases => xGradient is null ? 0 : 1;

    /// <summary>Declares the tensors of the operation and their uses, and binds the operation to them.</summary>
    public static PlannedAveragePooling Plan(AveragePooling op, PlanBuilder plan)
    {
        Tensor x = plan.Read(op.Input);
        Tensor y = plan.Write();
        InputGradientTarget? dx = plan.RunsBackward ? plan.InputGradient(op.Input) : null;
        return new PlannedAveragePooling(op.Shape, x, y, plan.OutputGradient(), dx);
    }

    public override void Forward(TrainingPass pass, int phase, int worker)
    {
        (int first, int last) = pass.Share(pass.Examples * shape.OutputHeight, worker);
        AveragePool.Forward(shape, pass.Floats(x), pass.Floats(y), first, last);
    }

    public override void Backward(TrainingPass pass, int phase, int worker)
    {
        (int first, int last) = pass.Share(pass.Examples, worker);
        AveragePool.Backward(shape, pass.Floats(yGradient!), pass.Floats(xGradient!.Tensor), xGradient.Adds, first, last);
    }
}
