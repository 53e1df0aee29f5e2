using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Represents a sum bound to its tensors.</summary>
internal sealed unsafe class PlannedAdd(int values, Tensor[] x, Tensor y, Tensor? yGradient, InputGradientTarget?[] xGradients) : PlannedOperation
{
    private const int Grain = 64;

    public override int BackwardPhases => xGradients.Any(g => g is not null) ? 1 : 0;

    /// <summary>Declares the tensors of the operation and their uses, and binds the operation to them.</summary>
    public static PlannedAdd Plan(Add op, PlanBuilder plan)
    {
        Tensor[] x = [.. op.Inputs.Select(plan.Read)];
        // Only the first two inputs can be overwritten: their sum is commutative, and the others are added in order.
        Tensor y = plan.WriteInPlace(candidates: 2);
        int sharing = plan.RunsBackward ? Array.FindIndex(op.Inputs, plan.ShareGradient) : -1;
        InputGradientTarget?[] dx = [.. op.Inputs.Select((input, i) => plan.RunsBackward && i != sharing ? plan.InputGradient(input) : null)];
        return new PlannedAdd(op.Output.Shape.Count, x, y, plan.OutputGradient(), dx);
    }

    public override void Forward(TrainingPass pass, int phase, int worker)
    {
        (int first, int last) = pass.Share(pass.Examples * values, worker, Grain);
        int count = last - first;
        float* sum = pass.Floats(y) + first;

        // If the sum overwrites the second branch, the operands are swapped, which does not change the sum.
        int own = Array.IndexOf(x, y);
        Elementwise.Add(pass.Floats(x[own == 1 ? 1 : 0]) + first, pass.Floats(x[own == 1 ? 0 : 1]) + first, sum, count);
        for (int i = 2; i < x.Length; i++)
        {
            Elementwise.AddTo(pass.Floats(x[i]) + first, sum, count);
        }
    }

    public override void Backward(TrainingPass pass, int phase, int worker)
    {
        (int first, int last) = pass.Share(pass.Examples * values, worker, Grain);
        float* dy = pass.Floats(yGradient!) + first;
        foreach (InputGradientTarget? target in xGradients)
        {
            if (target is { Adds: true })
            {
                Elementwise.AddTo(dy, pass.Floats(target.Tensor) + first, last - first);
            }
            else if (target is not null)
            {
                Elementwise.Copy(dy, pass.Floats(target.Tensor) + first, last - first);
            }
        }
    }
}
