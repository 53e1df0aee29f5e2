using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

/// <summary>y = max(0, x), in place.</summary>
/// <remarks>Saved for backward: one bit per value.</remarks>
internal sealed class Relu(string name, int outputs) : Operation(name, outputs)
{
    public override bool EagerKeepsOutput => true;

    public override PlannedOperation Plan(PlanBuilder plan, int step, ref Activation activation)
    {
        Tensor mask = plan.NewMask($"{Name}.mask", activation, step);
        activation.Value.UseAt(PlanBuilder.Forward(step));
        Tensor? gradient = null;
        if (plan.RunsBackward(step))
        {
            gradient = plan.GradientOf(activation);
            gradient.UseAt(plan.Backward(step));
            mask.UseAt(plan.Backward(step));
        }

        return new PlannedRelu(Outputs, activation.Value, mask, gradient);
    }
}

/// <summary>A ReLU bound to its tensors.</summary>
internal sealed class PlannedRelu(int outputs, Tensor values, Tensor mask, Tensor? gradient) : PlannedOperation
{
    public override void Forward(in TrainingPass pass) =>
        ReluKernel.Forward(pass.Arena.Floats(values, pass.Examples * outputs), Mask(pass));

    public override void Backward(in TrainingPass pass) =>
        ReluKernel.Backward(Mask(pass), pass.Arena.Floats(gradient!, pass.Examples * outputs));

    private Span<byte> Mask(in TrainingPass pass) => pass.Arena.Bits(mask, (int)ReluKernel.MaskBytes((long)pass.Examples * outputs));
}
