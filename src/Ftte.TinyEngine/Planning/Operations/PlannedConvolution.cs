using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Represents a convolution bound to its tensors.</summary>
internal sealed unsafe class PlannedConvolution : PlannedOperation
{
    // The maximum size of a tile of the weight gradient, if gradients are applied immediately: the whole gradient is never held.
    private const int TileBytes = 64 * 1024;

    private const int MaxSharedExamples = 32;

    // Values that fill whole lines of memory.
    private const int Grain = 16;

    private readonly ConvolutionShape _shape;
    private readonly PlannedBlock _weight;
    private readonly PlannedVector? _bias;
    private readonly SavedChannels? _saved;

    private PlannedConvolution(ConvolutionShape shape, PlannedBlock weight, PlannedVector? bias, SavedChannels? saved) =>
        (_shape, _weight, _bias, _saved) = (shape, weight, bias, saved);

    public override int ForwardPhases => 2;

    public override int BackwardPhases => YGradient is null ? 0 : 3;

    public override bool IsForwardShared(int phase) => phase > 0;

    public override bool IsBackwardShared(int phase) => phase == 2 || (XGradient is not null && (phase == 1 || (BackwardPacked is not null && !_weight.IsAssembled)));

    private Tensor X { get; init; } = null!;

    private Tensor Y { get; init; } = null!;

    private Tensor? YGradient { get; init; }

    private InputGradientTarget? XGradient { get; init; }

    private Tensor? ForwardWeight { get; init; }

    private Tensor? ForwardScratch { get; init; }

    private Tensor? BackwardWeight { get; init; }

    private Tensor? BackwardPacked { get; init; }

    private Tensor? BackwardScratch { get; init; }

    private Tensor? GradientTile { get; init; }

    private int TileFilters { get; init; }

    /// <summary>Gets the update by rows; null if there is no tile.</summary>
    private RowGradientUpdate? RowUpdate { get; init; }

    /// <summary>Declares the tensors of the operation and their uses, and binds the operation to them.</summary>
    public static PlannedConvolution Plan(Convolution op, PlanBuilder plan)
    {
        ConvolutionShape shape = op.Shape;
        Tensor x = plan.Read(op.Input);
        PlannedBlock weight = PlannedBlock.Create(plan.Selection, op.Parameters[0], shape.Filters, plan.Settings.ReadsFrozenInPlace);
        PlannedVector? bias = op.HasBias ? PlannedVector.Plan(op.Parameters[1], "bias", plan) : null;
        SavedChannels? saved = weight.IsTrained ? SavedChannels.Plan(x, shape, weight, plan) : null;
        int workers = plan.Settings.Threads;
        Tensor y = plan.Write();
        InputGradientTarget? dx = plan.RunsBackward ? plan.InputGradient(op.Input) : null;
        bool sumsInPlace = saved is { Gradient.IsDense: true } && plan.Settings.Accumulates;
        int filters = saved is null || sumsInPlace ? 0 : FiltersPerTile(saved.Shape, workers);
        long scratch = Math.Max(
            dx is null ? 0 : ConvolutionInputGradient.ScratchFloats(shape), saved is null ? 0 : ConvolutionWeightGradient.ScratchFloats(saved.Shape));
        return new PlannedConvolution(shape, weight, bias, saved)
        {
            X = x,
            Y = y,
            YGradient = plan.OutputGradient(),
            XGradient = dx,
            ForwardWeight = plan.ForwardScratch("weights", weight.AssemblyBytes),
            ForwardScratch = plan.ForwardScratch("workspace", workers * Tensor.RoundUp(sizeof(float) * ConvolutionForward.ScratchFloats(shape))),
            BackwardWeight = dx is null ? null : plan.BackwardScratch("weights", weight.AssemblyBytes),
            BackwardPacked = dx is null ? null : plan.BackwardScratch("packed", sizeof(float) * ConvolutionInputGradient.PackedFloats(shape)),
            BackwardScratch = plan.BackwardScratch("workspace", workers * Tensor.RoundUp(sizeof(float) * scratch)),
            GradientTile = plan.BackwardScratch("tile", filters == 0 ? 0 : workers * Tensor.RoundUp(sizeof(float) * (long)filters * saved!.Shape.WeightRows)),
            TileFilters = filters,
            RowUpdate = filters > 0 ? new RowGradientUpdate(saved!, filters * saved!.Shape.WeightRows) : null,
        };
    }

    public override void Forward(TrainingPass pass, int phase, int worker)
    {
        if (phase == 0)
        {
            if (worker == 0)
            {
                Assemble(pass, ForwardWeight);
                _bias?.Assemble(pass);
            }

            return;
        }

        float* weight = _weight.Get(pass, ForwardWeight);
        float* x = pass.Floats(X);
        float* bias = _bias is null ? null : _bias.Get(pass);
        if (SharesValues(pass))
        {
            (int firstFilter, int lastFilter) = pass.Share(_shape.Filters, worker, Grain);
            ConvolutionForward.RunLinear(_shape, x, weight, bias, pass.Floats(Y), pass.Examples, firstFilter, lastFilter);
        }
        else
        {
            (int first, int last) = pass.Share(pass.Examples * _shape.OutputHeight, worker);
            ConvolutionForward.Run(_shape, x, weight, bias, pass.Floats(Y), first, last, pass.Scratch(ForwardScratch, worker));
        }

        if (_saved?.Channels is not null)
        {
            (int firstPixel, int lastPixel) = pass.Share(pass.Examples * _shape.Height * _shape.Width, worker);
            _saved.Copy(x, pass.Floats(_saved.Tensor), _shape.Channels, firstPixel, lastPixel);
        }
    }

    /// <summary>Computes the gradient of the input from the old weights, and then updates the weights.</summary>
    public override void Backward(TrainingPass pass, int phase, int worker)
    {
        float* dy = pass.Floats(YGradient!);
        float* scratch = pass.Scratch(BackwardScratch, worker);
        if (phase < 2)
        {
            BackwardInput(pass, phase, worker, dy, scratch);
            return;
        }

        if (_saved is not null)
        {
            BackwardWeights(pass, worker, dy, scratch);
        }

        if (_bias is { IsTrained: true } && worker == pass.Workers - 1)
        {
            float* gradient = _bias.BeginGradient(pass);
            BiasGradient.Run(dy, (long)pass.Examples * _shape.OutputHeight * _shape.OutputWidth, _shape.Filters, gradient, 0, _shape.Filters);
            _bias.ConsumeGradient(pass);
        }
    }

    /// <summary>Determines whether workers share the values of each example, so that each reads only a part of the weights. Many examples reuse the weights and are shared instead.</summary>
    private bool SharesValues(TrainingPass pass) => _shape.IsLinear && pass.Workers > 1 && pass.Examples < MaxSharedExamples;

    private static int FiltersPerTile(ConvolutionShape shape, int workers)
    {
        if (shape.Groups > 1)
        {
            return shape.Filters;
        }

        // Several tiles, if several workers share them.
        int fits = (int)Math.Min(shape.Filters, TileBytes / (sizeof(float) * (long)shape.WeightRows)), share = (shape.Filters + workers - 1) / workers;
        return fits >= shape.Filters && workers == 1 ? shape.Filters : Math.Min(shape.Filters, Math.Max(Grain, Math.Min(fits, share + Grain - 1) / Grain * Grain));
    }

    private void Assemble(TrainingPass pass, Tensor? destination)
    {
        if (_weight.IsAssembled)
        {
            _weight.Assemble(pass, pass.Floats(destination!));
        }
    }

    private void BackwardInput(TrainingPass pass, int phase, int worker, float* dy, float* scratch)
    {
        if (XGradient is null)
        {
            return;
        }

        float* packed = BackwardPacked is null ? null : pass.Floats(BackwardPacked);
        if (phase == 0)
        {
            if (worker == 0)
            {
                Assemble(pass, BackwardWeight);
            }

            // Weights that were just assembled are packed by the same worker.
            bool packsAlone = _weight.IsAssembled && pass.Workers > 1;
            ConvolutionInputGradient.Pack(_shape, _weight.Get(pass, BackwardWeight), packed, packsAlone ? 0 : worker, packsAlone ? 1 : pass.Workers);
            return;
        }

        if (SharesValues(pass))
        {
            (int firstChannel, int lastChannel) = pass.Share(_shape.Channels, worker, Grain);
            ConvolutionInputGradient.RunLinear(
                _shape, dy, _weight.Get(pass, BackwardWeight), XGradient.Adds, pass.Floats(XGradient.Tensor), pass.Examples, firstChannel, lastChannel, scratch);
            return;
        }

        (int first, int last) = pass.Share(pass.Examples * _shape.Height, worker);
        ConvolutionInputGradient.Run(_shape, dy, _weight.Get(pass, BackwardWeight), packed, XGradient.Adds, pass.Floats(XGradient.Tensor), first, last, scratch);
    }

    private void BackwardWeights(TrainingPass pass, int worker, float* dy, float* scratch)
    {
        float* x = pass.Floats(_saved!.Tensor);
        if (GradientTile is null)
        {
            (int first, int last) = pass.Share(ConvolutionWeightGradient.Parts(_saved.Shape), worker);
            ConvolutionWeightGradient.Run(_saved.Shape, pass.Examples, x, dy, pass.Accumulators + _saved.Gradient.Offset, first, last, scratch);
            return;
        }

        float* tile = pass.Scratch(GradientTile, worker);
        if (RowUpdate is not null && RowUpdate.Supports(pass))
        {
            RowUpdate.Run(pass, worker, dy, tile, scratch);
            return;
        }

        for (int filter = worker * TileFilters; filter < _shape.Filters; filter += pass.Workers * TileFilters)
        {
            int end = Math.Min(filter + TileFilters, _shape.Filters);
            _saved.Gradient.Begin(pass, tile, filter, end);
            ConvolutionWeightGradient.RunFilters(_saved.Shape, pass.Examples, x, dy, tile, filter, end, scratch);
            _saved.Gradient.Consume(pass, tile, filter, end);
        }
    }
}
