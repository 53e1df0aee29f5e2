using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Represents global pooling bound to its tensors.</summary>
internal sealed unsafe class PlannedGlobalPooling(int pixels, int channels, Tensor x, Tensor y, Tensor? yGradient, InputGradientTarget? xGradient)
    : PlannedOperation
{
    public override int BackwardPhases => xGradient is null ? 0 : 1;

    /// <summary>Declares the tensors of the operation and their uses, and binds the operation to them.</summary>
    public static PlannedGlobalPooling Plan(GlobalPooling op, PlanBuilder plan)
    {
        Tensor x = plan.Read(op.Input);
        Tensor y = plan.Write();
        InputGradientTarget? dx = plan.RunsBackward ? plan.InputGradient(op.Input) : null;
        return new PlannedGlobalPooling(op.Pixels, op.Output.Shape.Channels, x, y, plan.OutputGradient(), dx);
    }

    public override void Forward(TrainingPass pass, int phase, int worker)
    {
        (int first, int last) = pass.Share(pass.Examples, worker);
        GlobalAverage.Forward(pass.Floats(x), pass.Floats(y), pixels, channels, first, last);
    }

    public override void Backward(TrainingPass pass, int phase, int worker)
    {
        (int first, int last) = pass.Share(pass.Examples, worker);
        GlobalAverage.Backward(pass.Floats(yGradient!), pass.Floats(xGradient!.Tensor), pixels, channels, xGradient.Adds, first, last);
    }
}
