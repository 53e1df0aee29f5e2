using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

/// <summary>The mean over the examples of -ln softmax(x)[label].</summary>
/// <remarks>Its gradient, p - onehot(label), is known as soon as the loss is, so it is made in the forward pass and nothing else is saved.</remarks>
internal sealed class SoftmaxCrossEntropy(string name, int classes) : Operation(name, classes)
{
    public override bool EagerKeepsOutput => true;

    public override PlannedOperation Plan(PlanBuilder plan, int step, ref Activation activation)
    {
        Tensor gradient = plan.GradientOf(activation);
        activation.Value.UseAt(PlanBuilder.Forward(step));
        gradient.UseAt(PlanBuilder.Forward(step));
        return new PlannedSoftmaxCrossEntropy(Outputs, activation.Value, plan.Labels, gradient);
    }
}

/// <summary>The loss bound to its tensors.</summary>
internal sealed class PlannedSoftmaxCrossEntropy(int classes, Tensor logits, Tensor labels, Tensor gradient) : PlannedOperation
{
    public override void Forward(in TrainingPass pass)
    {
        ReadOnlySpan<float> x = pass.Arena.Floats(logits, pass.Examples * classes);
        ReadOnlySpan<int> y = pass.Arena.Integers(labels, pass.Examples);
        Span<float> dx = pass.Arena.Floats(gradient, pass.Examples * classes);
        for (int n = 0; n < pass.Examples; n++)
        {
            (double loss, bool correct) = SoftmaxKernel.Run(
                x.Slice(n * classes, classes), y[n], pass.LossScale, dx.Slice(n * classes, classes));
            pass.Result.LossSum += loss;
            pass.Result.Correct += correct ? 1 : 0;
        }

        pass.Result.Examples += pass.Examples;
    }

    public override void Backward(in TrainingPass pass)
    {
        // The gradient is already there.
    }
}
