using System.Collections.Immutable;
using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

/// <summary>A convolution of every channel with a kernel of its own.</summary>
/// <remarks>Saved for backward: the input of the trained channels, if any weight is trained.</remarks>
internal sealed class DepthwiseConvolution(string name, Value input, Value output, ConvolutionShape shape, bool hasBias) : Operation(name, output, input)
{
    public ConvolutionShape Shape { get; } = shape;

    public override ImmutableArray<BlockDefinition> Blocks
    {
        get
        {
            var weight = new BlockDefinition($"{Name}.weight", [Shape.KernelHeight, Shape.KernelWidth, 1, Shape.Channels], BlockRole.Weight)
            {
                FileShape = [Shape.Channels, 1, Shape.KernelHeight, Shape.KernelWidth],
            };
            return hasBias ? [weight, new BlockDefinition($"{Name}.bias", [Shape.Channels], BlockRole.Bias)] : [weight];
        }
    }

    public override bool MayKeepInput => true;

    public override bool EagerKeepsInput => true;

    protected override string Settings => $"{Shape} {hasBias}";

    public override long MultiplyAdds => (long)Shape.OutputHeight * Shape.OutputWidth * Shape.WeightCount;

    private int Taps => Shape.KernelHeight * Shape.KernelWidth;

    public override void Initialize(Span<float> parameters, ulong seed) =>
        StartingValues.Draw(parameters, Parameters[0].Range, seed, Taps, Output);

    public override IEnumerable<OperationChoice> Choices(IReadOnlyList<double> inputShares)
    {
        ImmutableArray<ParameterRange> bias = hasBias ? [Parameters[1].Range] : [];
        if (hasBias)
        {
            yield return new OperationChoice("bias", bias, 0);
        }

        int channels = Shape.Channels;
        foreach (int count in inputShares.Select(s => Math.Clamp((int)Math.Ceiling(s * channels), 1, channels)).Distinct())
        {
            string what = count == channels ? "weight" : $"weight, {count} of {channels} inputs";
            int start = Parameters[0].Range.Start;
            ImmutableArray<ParameterRange> ranges = count == channels
                ? [Parameters[0].Range]
                : [.. Enumerable.Range(0, Taps).Select(tap => new ParameterRange(start + (tap * channels), count))];
            long work = MultiplyAdds * count / channels;
            yield return new OperationChoice(what, ranges, work);
            if (hasBias)
            {
                yield return new OperationChoice($"{what}, bias", [.. ranges, .. bias], work);
            }
        }
    }

    public override PlannedOperation Plan(PlanBuilder plan)
    {
        Tensor x = plan.Read(Input);
        PlannedBlock weight = PlannedBlock.Of(plan, Parameters[0], Shape.Channels);
        Tensor y = plan.Write();
        (int first, int count) = (0, 0);
        Tensor? saved = null, tile = null;
        if (weight.IsTrained)
        {
            first = weight.TrainedTiles.Min(t => t.Column);
            count = weight.TrainedTiles.Max(t => t.Column + t.Columns) - first;
            saved = count == Shape.Channels ? plan.Keep(x) : plan.AddKept("saved", sizeof(float) * (long)Shape.Height * Shape.Width * count);
            tile = plan.BackwardScratch("tile", sizeof(float) * (long)Taps * Shape.Channels);
        }

        InputGradientTarget? dx = plan.RunsBackward ? plan.InputGradient(Input) : null;
        return new PlannedDepthwise(Shape, weight, hasBias ? PlannedVector.Of(plan, Parameters[1], "bias") : null)
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
}

/// <summary>A depthwise convolution bound to its tensors.</summary>
internal sealed unsafe class PlannedDepthwise(ConvolutionShape shape, PlannedBlock weight, PlannedVector? bias) : PlannedOperation
{
    public required Tensor X { get; init; }

    public required Tensor Y { get; init; }

    /// <summary>Gets the saved channels of the input; the input itself if they are all.</summary>
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

    /// <summary>Makes the input's gradient from the old weights first; only then are they updated.</summary>
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
                Gradient.Spend(pass, pass.Floats(GradientTile!), 0, shape.Channels);
            }

            bias?.SpendGradient(pass);
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
