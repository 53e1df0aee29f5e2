using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Represents a depthwise convolution bound to its tensors.</summary>
internal sealed unsafe class PlannedDepthwiseConvolution(ConvolutionShape shape, PlannedBlock weight, PlannedVector? bias) : PlannedOperation
{
    public required Tensor X { get; init; }

    public required Tensor Y { get; init; }

    /// <summary>Gets the saved channels of the input; the input itself if all channels are saved.</summary>
    public required Tensor? Saved { get; init; }

    public required int SavedFirst { get; init; }

    public required int SavedCount { get; init; }

    public required PlannedGradient? Gradient { get; init; }

    public required Tensor? GradientTile { get; init; }

    public required Tensor? YGradient { get; init; }

    public required InputGradientTarget? XGradient { get; init; }

    public required Tensor? ForwardWeight { get; init; }

    public required Tensor? BackwardWeight { get; init; }

    public override int ForwardPhases => 2;

    public override int BackwardPhases => YGradient is null ? 0 : 3;

    public override bool IsForwardShared(int phase) => phase > 0;

    public override bool IsBackwardShared(int phase) => phase == 1;

    /// <summary>Declares the tensors of the operation and their uses, and binds the operation to them.</summary>
    public static PlannedDepthwiseConvolution Plan(DepthwiseConvolution op, PlanBuilder plan)
    {
        Tensor x = plan.Read(op.Input);
        PlannedBlock weight = PlannedBlock.Create(plan.Selection, op.Parameters[0], op.Shape.Channels, plan.Settings.ReadsFrozenInPlace);
        Tensor y = plan.Write();
        (int first, int count) = (0, 0);
        Tensor? saved = null, tile = null;
        if (weight.IsTrained)
        {
            first = weight.TrainedTiles.Min(t => t.Column);
            count = weight.TrainedTiles.Max(t => t.Column + t.Columns) - first;
            saved = count == op.Shape.Channels ? plan.Keep(x) : plan.AddKept("saved", sizeof(float) * (long)op.Shape.Height * op.Shape.Width * count);
            tile = plan.BackwardScratch("tile", sizeof(float) * (long)op.Taps * op.Shape.Channels);
        }

        InputGradientTarget? dx = plan.RunsBackward ? plan.InputGradient(op.Input) : null;
        return new PlannedDepthwiseConvolution(op.Shape, weight, op.HasBias ? PlannedVector.Plan(op.Parameters[1], "bias", plan) : null)
        {
            X = x,
            Y = y,
            Saved = saved,
            SavedFirst = first,
            SavedCount = count,
            Gradient = weight.IsTrained ? plan.AddGradient(PlannedGradient.Whole(weight)) : null,
            GradientTile = tile,
            YGradient = plan.OutputGradient(),
            XGradient = dx,
            ForwardWeight = plan.ForwardScratch("weights", weight.AssemblyBytes),
            BackwardWeight = dx is null ? null : plan.BackwardScratch("weights", weight.AssemblyBytes),
        };
    }

    public override void Forward(TrainingPass pass, int phase, int worker)
    {
        if (phase == 0)
        {
            Assemble(pass, ForwardWeight, worker);
            if (worker == 0)
            {
                bias?.Assemble(pass);
            }

            return;
        }

        float* x = pass.Floats(X);
        (int first, int last) = pass.Share(pass.Examples * shape.OutputHeight, worker);
        DepthwiseForward.Run(shape, x, weight.Get(pass, ForwardWeight), bias is null ? null : bias.Get(pass), pass.Floats(Y), first, last);
        if (Saved is not null && Saved != X)
        {
            (int firstPixel, int lastPixel) = pass.Share(pass.Examples * shape.Height * shape.Width, worker);
            float* saved = pass.Floats(Saved);
            for (long pixel = firstPixel; pixel < lastPixel; pixel++)
            {
                new ReadOnlySpan<float>(x + (pixel * shape.Channels) + SavedFirst, SavedCount).CopyTo(new Span<float>(saved + (pixel * SavedCount), SavedCount));
            }
        }
    }

    /// <summary>Computes the gradient of the input from the old weights, and then updates the weights.</summary>
    public override void Backward(TrainingPass pass, int phase, int worker)
    {
        float* dy = pass.Floats(YGradient!);
        if (phase == 0)
        {
            if (XGradient is not null)
            {
                Assemble(pass, BackwardWeight, worker);
            }

            if (worker == 0)
            {
                Gradient?.Begin(pass, pass.Floats(GradientTile!), 0, shape.Channels);
            }
        }
        else if (phase == 1)
        {
            BackwardShared(pass, worker, dy);
        }
        else if (worker == 0)
        {
            if (Gradient is not null)
            {
                Gradient.Consume(pass, pass.Floats(GradientTile!), 0, shape.Channels);
            }

            bias?.ConsumeGradient(pass);
        }
    }

    private void BackwardShared(TrainingPass pass, int worker, float* dy)
    {
        if (XGradient is not null)
        {
            (int first, int last) = pass.Share(pass.Examples * shape.Height, worker);
            DepthwiseInputGradient.Run(shape, dy, weight.Get(pass, BackwardWeight), XGradient.Adds, pass.Floats(XGradient.Tensor), first, last);
        }

        if (Gradient is not null)
        {
            (int first, int last) = pass.Share(shape.Channels, worker, 16);
            float* tile = pass.Floats(GradientTile!);
            first = Math.Max(first, SavedFirst);
            last = Math.Min(last, SavedFirst + SavedCount);
            if (first < last)
            {
                DepthwiseWeightGradient.Run(shape, pass.Examples, pass.Floats(Saved!), SavedCount, SavedFirst, dy, tile, first, last);
            }
        }

        if (bias is { IsTrained: true } && worker == pass.Workers - 1)
        {
            BiasGradient.Run(dy, (long)pass.Examples * shape.OutputHeight * shape.OutputWidth, shape.Channels, bias.BeginGradient(pass), 0, shape.Channels);
        }
    }

    private void Assemble(TrainingPass pass, Tensor? destination, int worker)
    {
        if (weight.IsAssembled && worker == 0)
        {
            weight.Assemble(pass, pass.Floats(destination!));
        }
    }
}
