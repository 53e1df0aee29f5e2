using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

/// <summary>Computes and applies the gradient of weights some rows at a time, so that weights are read and written in the order of memory.</summary>
/// <remarks>
/// Tiles of few columns and all rows, which clipping per unit needs, touch another page of memory with every row or two. For linear layers, clipping therefore computes the gradient twice: first for
/// the norms of the columns, and then to apply it.
/// </remarks>
internal sealed unsafe class RowGradientUpdate(SavedChannels saved, int tileFloats)
{
    // A tile stays in the first cache levels.
    private const int MaxFilters = 256;

    // With more examples, the second computation takes longer than the access to memory that it saves.
    private const int MaxClippedExamples = 32;

    // Filters that fill whole lines of memory.
    private const int Grain = 16;

    /// <summary>Determines whether the gradient can be applied by rows in this pass.</summary>
    public bool Supports(TrainingPass pass)
    {
        if (!saved.Gradient.IsDense || pass.Energies is not null || pass.Accumulators is not null)
        {
            return false;
        }

        return pass.ClipRatio == 0 ? IsLarge || UsesLinearStep(pass) : UsesLinearStep(pass) && pass.Examples <= MaxClippedExamples;
    }

    /// <summary>Computes and applies the gradient of one worker's share.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="worker">The worker.</param>
    /// <param name="dy">The gradient of the output.</param>
    /// <param name="tile">The worker's memory for a part of the gradient.</param>
    /// <param name="scratch">The worker's workspace.</param>
    public void Run(TrainingPass pass, int worker, float* dy, float* tile, float* scratch)
    {
        if (saved.Gradient.IsHeld(pass))
        {
            return;
        }

        if (UsesLinearStep(pass))
        {
            (int first, int last) = pass.Share(saved.Shape.Filters, worker, Grain);
            RunLinear(pass, dy, first, last);
            return;
        }

        (int parts, int rows) = ConvolutionWeightGradient.Group(saved.Shape);
        (int firstPart, int lastPart) = pass.Share(ConvolutionWeightGradient.Parts(saved.Shape), worker, parts);
        int step = Math.Min(MaxFilters, tileFloats / rows / Grain * Grain);
        for (int filter = 0; filter < saved.Shape.Filters; filter += step)
        {
            int end = Math.Min(filter + step, saved.Shape.Filters);
            for (int part = firstPart, next; part < lastPart; part = next)
            {
                next = Math.Min(part + parts, lastPart);
                int row = ConvolutionWeightGradient.FirstRow(saved.Shape, part), lastRow = ConvolutionWeightGradient.FirstRow(saved.Shape, next);
                new Span<float>(tile, (lastRow - row) * (end - filter)).Clear();
                ConvolutionWeightGradient.RunTile(saved.Shape, pass.Examples, pass.Floats(saved.Tensor), dy, tile, part, next, filter, end, scratch);
                saved.Gradient.ApplyRows(pass, tile, row, lastRow, filter, end);
            }
        }
    }

    /// <summary>Gets a value that indicates whether the gradient does not fit in a tile.</summary>
    private bool IsLarge => tileFloats < saved.Shape.WeightCount;

    /// <summary>Determines whether the layer is linear and a step depends only on the gradient and the weights.</summary>
    private bool UsesLinearStep(TrainingPass pass) =>
        saved.Shape.IsLinear && pass.Velocity is null && pass.Proximal is null;

    private void RunLinear(TrainingPass pass, float* dy, int first, int last)
    {
        var layer = new LinearStep.Layer(pass.Floats(saved.Tensor), dy, pass.Examples, saved.Shape.WeightRows, saved.Shape.Filters);
        float* w = pass.Trained + saved.Gradient.Offset;
        float shrink = 1 - (pass.Rate * pass.Decay);
        if (pass.ClipRatio == 0)
        {
            LinearStep.Apply(layer, w, null, pass.Rate, shrink, first, last);
            return;
        }

        float* factors = stackalloc float[MaxFilters], weightSquares = stackalloc float[MaxFilters];
        for (int filter = first; filter < last; filter += MaxFilters)
        {
            int end = Math.Min(filter + MaxFilters, last);
            new Span<float>(factors, MaxFilters).Clear();
            new Span<float>(weightSquares, MaxFilters).Clear();
            LinearStep.AddSquares(layer, w, factors, weightSquares, filter, end);
            UnitClip.Factors(factors, weightSquares, end - filter, pass.ClipRatio);
            LinearStep.Apply(layer, w, factors, pass.Rate, shrink, filter, end);
        }
    }
}
