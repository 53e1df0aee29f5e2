using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

/// <summary>Sigmoid, tanh or h-swish.</summary>
/// <remarks>Saved for backward: the output of sigmoid and tanh, the input of h-swish.</remarks>
internal sealed class SmoothActivation(string name, Value input, Value output, SmoothActivationKind kind) : Operation(name, output, input)
{
    public SmoothActivationKind Kind { get; } = kind;

    public override bool MayKeepInput => Kind == SmoothActivationKind.HardSwish;

    public override bool MayKeepOutput => Kind != SmoothActivationKind.HardSwish;

    public override bool EagerKeepsInput => MayKeepInput;

    public override bool EagerKeepsOutput => MayKeepOutput;

    protected override string Settings => $"{Kind}";

    public override PlannedOperation Plan(PlanBuilder plan)
    {
        Tensor x = plan.Read(Input);
        Tensor y = plan.WriteInPlace(keepsInput: MayKeepInput && plan.RunsBackward);
        if (plan.RunsBackward)
        {
            plan.Keep(MayKeepInput ? x : y);
        }

        plan.ShareGradient(Input);
        InputGradientTarget? dx = plan.RunsBackward ? plan.InputGradient(Input) : null;
        return new PlannedSmoothActivation(this, x, y, plan.OutputGradient(), dx);
    }
}

/// <summary>A smooth activation bound to its tensors.</summary>
internal sealed unsafe class PlannedSmoothActivation(SmoothActivation op, Tensor x, Tensor y, Tensor? yGradient, InputGradientTarget? xGradient)
    : PlannedOperation
{
    private const int Grain = 64;
    private readonly int _values = op.Output.Shape.Count;

    public override int BackwardPhases => xGradient is null ? 0 : 1;

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
