using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Represents max pooling bound to its tensors.</summary>
internal sealed unsafe class PlannedMaxPooling(
    PoolingShape shape, Tensor x, Tensor y, Tensor? positions, Tensor? yGradient, InputGradientTarget? xGradient) : PlannedOperation
{
    public override int BackwardPhases => xGradient is null ? 0 : 1;

    /// <summary>Declares the tensors of the operation and their uses, and binds the operation to them.</summary>
    public static PlannedMaxPooling Plan(MaxPooling op, PlanBuilder plan)
    {
        Tensor x = plan.Read(op.Input);
        Tensor y = plan.Write();
        long bytes = MaxPool.IndexBytes(op.Shape, 1);
        Tensor? index = plan.RunsBackward ? plan.AddKept("positions", bytes) : null;
        InputGradientTarget? dx = plan.RunsBackward ? plan.InputGradient(op.Input) : null;
        return new PlannedMaxPooling(op.Shape, x, y, index, plan.OutputGradient(), dx);
    }

    public override void Forward(TrainingPass pass, int phase, int worker)
    {
        (int first, int last) = pass.Share(pass.Examples * shape.OutputHeight, worker);
        MaxPool.Forward(shape, pass.Floats(x), pass.Floats(y), positions is null ? null : pass.Bytes(positions), first, last);
    }

    public override void Backward(TrainingPass pass, int phase, int worker)
    {
        // Work is divided by example, because windows may overlap: two rows of outputs can share an input.
        (int first, int last) = pass.Share(pass.Examples, worker);
        MaxPool.Backward(shape, pass.Floats(yGradient!), pass.Bytes(positions!), pass.Floats(xGradient!.Tensor), xGradient.Adds, first, last);
    }
}
