using Ftte.TinyEngine.Kernels;
using static System.FormattableString;

namespace Ftte.TinyEngine;

/// <summary>The maximum over windows.</summary>
/// <remarks>Saved for backward: the position of the maximum in its window, 2 bits per output for windows of up to four values.</remarks>
internal sealed class MaxPooling(string name, Value input, Value output, PoolingShape shape) : Operation(name, output, input)
{
    public PoolingShape Shape { get; } = shape;

    protected override string Settings => $"{Shape}";

    public override bool EagerKeepsInput => true;

    public override PlannedOperation Plan(PlanBuilder plan)
    {
        Tensor x = plan.Read(Input);
        Tensor y = plan.Write();
        long bytes = MaxPool.IndexBytes(Shape, 1);
        Tensor? index = plan.RunsBackward ? plan.AddKept("positions", bytes) : null;
        InputGradientTarget? dx = plan.RunsBackward ? plan.InputGradient(Input) : null;
        return new PlannedMaxPooling(Shape, x, y, index, plan.OutputGradient(), dx);
    }
}

/// <summary>Max pooling bound to its tensors.</summary>
internal sealed unsafe class PlannedMaxPooling(
    PoolingShape shape, Tensor x, Tensor y, Tensor? positions, Tensor? yGradient, InputGradientTarget? xGradient) : PlannedOperation
{
    public override int BackwardPhases => xGradient is null ? 0 : 1;

    public override void Forward(TrainingPass pass, int phase, int worker)
    {
        (int first, int last) = pass.Share(pass.Examples * shape.OutputHeight, worker);
        MaxPool.Forward(shape, pass.Floats(x), pass.Floats(y), positions is null ? null : pass.Bytes(positions), first, last);
    }

    public override void Backward(TrainingPass pass, int phase, int worker)
    {
        // By example: windows may overlap, and then two rows of outputs share an input.
        (int first, int last) = pass.Share(pass.Examples, worker);
        MaxPool.Backward(shape, pass.Floats(yGradient!), pass.Bytes(positions!), pass.Floats(xGradient!.Tensor), xGradient.Adds, first, last);
    }
}

/// <summary>The mean over windows.</summary>
/// <remarks>Saved for backward: nothing.</remarks>
internal sealed class AveragePooling(string name, Value input, Value output, PoolingShape shape) : Operation(name, output, input)
{
    public PoolingShape Shape { get; } = shape;

    protected override string Settings => $"{Shape}";

    public override PlannedOperation Plan(PlanBuilder plan)
    {
        Tensor x = plan.Read(Input);
        Tensor y = plan.Write();
        InputGradientTarget? dx = plan.RunsBackward ? plan.InputGradient(Input) : null;
        return new PlannedAveragePooling(Shape, x, y, plan.OutputGradient(), dx);
    }
}

/// <summary>Average pooling bound to its tensors.</summary>
internal sealed unsafe class PlannedAveragePooling(PoolingShape shape, Tensor x, Tensor y, Tensor? yGradient, InputGradientTarget? xGradient)
    : PlannedOperation
{
    public override int BackwardPhases => xGradient is null ? 0 : 1;

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

/// <summary>The mean over the whole image.</summary>
/// <remarks>Saved for backward: nothing.</remarks>
internal sealed class GlobalPooling(string name, Value input, Value output, int pixels) : Operation(name, output, input)
{
    public int Pixels { get; } = pixels;

    protected override string Settings => Invariant($"{Pixels}");

    public override PlannedOperation Plan(PlanBuilder plan)
    {
        Tensor x = plan.Read(Input);
        Tensor y = plan.Write();
        InputGradientTarget? dx = plan.RunsBackward ? plan.InputGradient(Input) : null;
        return new PlannedGlobalPooling(Pixels, Output.Shape.Channels, x, y, plan.OutputGradient(), dx);
    }
}

/// <summary>Global pooling bound to its tensors.</summary>
internal sealed unsafe class PlannedGlobalPooling(int pixels, int channels, Tensor x, Tensor y, Tensor? yGradient, InputGradientTarget? xGradient)
    : PlannedOperation
{
    public override int BackwardPhases => xGradient is null ? 0 : 1;

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
