using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Represents a concatenation bound to its tensors.</summary>
internal sealed unsafe class PlannedConcat(ImageShape shape, int[] channels, Tensor[] x, Tensor y, Tensor? yGradient, InputGradientTarget?[] xGradients)
    : PlannedOperation
{
    public override int BackwardPhases => xGradients.Any(g => g is not null) ? 1 : 0;

    /// <summary>Declares the tensors of the operation and their uses, and binds the operation to them.</summary>
    public static PlannedConcat Plan(Concat op, PlanBuilder plan)
    {
        Tensor[] x = [.. op.Inputs.Select(plan.Read)];
        Tensor y = plan.Write();
        InputGradientTarget?[] dx = [.. op.Inputs.Select(i => plan.RunsBackward ? plan.InputGradient(i) : null)];
        return new PlannedConcat(op.Output.Shape, [.. op.Inputs.Select(i => i.Shape.Count / op.Output.Shape.Pixels)], x, y, plan.OutputGradient(), dx);
    }

    public override void Forward(TrainingPass pass, int phase, int worker)
    {
        (int first, int last) = pass.Share(pass.Examples * shape.Pixels, worker);
        int channel = 0;
        for (int i = 0; i < x.Length; i++)
        {
            Elementwise.ConcatChannels(pass.Floats(x[i]), channels[i], pass.Floats(y), shape.Channels, channel, first, last);
            channel += channels[i];
        }
    }

    public override void Backward(TrainingPass pass, int phase, int worker)
    {
        (int first, int last) = pass.Share(pass.Examples * shape.Pixels, worker);
        int channel = 0;
        for (int i = 0; i < x.Length; i++)
        {
            if (xGradients[i] is { } target)
            {
                Elementwise.SplitChannels(
                    pass.Floats(yGradient!), shape.Channels, channel, pass.Floats(target.Tensor), channels[i], target.Adds, first, last);
            }

            channel += channels[i];
        }
    }
}
