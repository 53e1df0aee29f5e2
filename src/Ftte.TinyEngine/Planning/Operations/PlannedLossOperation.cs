using System.Numerics.Tensors;
using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Kernels;
using Tensor = Ftte.TinyEngine.Memory.Tensor;

namespace Ftte.TinyEngine;

/// <summary>Represents a loss bound to its tensors.</summary>
internal sealed unsafe class PlannedLossOperation(LossOperation op, Tensor outputs, Tensor labels, Tensor? priors, Tensor gradient) : PlannedOperation
{
    private readonly int _count = op.Outputs;

    public override int BackwardPhases => 0;

    /// <summary>Declares the tensors of the operation and their uses, and binds the operation to them.</summary>
    public static PlannedLossOperation Plan(LossOperation op, PlanBuilder plan) =>
        new(op, plan.Read(op.Input), plan.Labels, plan.Priors, plan.LossGradient());

    public override void Forward(TrainingPass pass, int phase, int worker)
    {
        if (worker > 0)
        {
            return;
        }

        for (int n = 0; n < pass.Examples; n++)
        {
            var x = new ReadOnlySpan<float>(pass.Floats(outputs) + ((long)n * _count), _count);
            var dx = new Span<float>(pass.Floats(gradient) + ((long)n * _count), _count);
            (double loss, bool correct) = op.TakesLabels ? Label(pass, n, x, dx) : (Target(pass, n, x, dx), false);
            pass.Result.LossSum += loss;
            pass.Result.Correct += correct ? 1 : 0;
        }

        pass.Result.Examples += pass.Examples;
    }

    private (double Loss, bool Correct) Label(TrainingPass pass, int n, ReadOnlySpan<float> x, Span<float> dx)
    {
        int label = ((int*)pass.Bytes(labels))[n];
        if (op.Kind == LossKind.SoftmaxCrossEntropy)
        {
            return SoftmaxKernel.Run(priors is null ? x : Calibrated(pass, priors, x), label, pass.LossScale, dx);
        }

        double loss = BinaryCrossEntropy.Run(x, [label], pass.LossScale, dx);
        return (loss, (x[0] > 0) == (label == 1));
    }

    private ReadOnlySpan<float> Calibrated(TrainingPass pass, Tensor priors, ReadOnlySpan<float> x)
    {
        var sums = new Span<float>(pass.Floats(priors) + _count, _count);
        TensorPrimitives.Add(x, new ReadOnlySpan<float>(pass.Floats(priors), _count), sums);
        return sums;
    }

    private double Target(TrainingPass pass, int n, ReadOnlySpan<float> x, Span<float> dx)
    {
        var target = new ReadOnlySpan<float>(pass.Floats(labels) + ((long)n * _count), _count);
        return op.Kind == LossKind.BinaryCrossEntropy
            ? BinaryCrossEntropy.Run(x, target, pass.LossScale, dx)
            : MeanSquaredError.Run(x, target, pass.LossScale, dx);
    }
}
