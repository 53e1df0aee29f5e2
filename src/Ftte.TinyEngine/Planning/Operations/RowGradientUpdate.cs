using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Computes the gradient of large weights some rows at a time, and applies these rows immediately, so that weights are read and written in the order of memory.</summary>
/// <remarks>
/// Tiles of few columns and all rows, which clipping per unit needs, touch another page of memory with every row or two. With one pixel per example, clipping therefore computes the
/// gradient twice: first for the norms of the columns, and then to apply it.
/// </remarks>
internal sealed unsafe class RowGradientUpdate(SavedChannels saved, int tileFloats)
{
    // A tile of 16 rows stays in the first cache level.
    private const int MaxFilters = 256;

    // With more examples, the second computation takes longer than the access to memory that it saves.
    private const int MaxClippedExamples = 8;

    // Filters that fill whole lines of memory.
    private const int Grain = 16;

    /// <summary>Determines whether the gradient can be applied by rows in this pass.</summary>
    public bool Supports(TrainingPass pass) =>
        saved.Gradient.IsDense && pass.Energies is null && pass.Accumulators is null && (pass.ClipRatio == 0 || (IsLinear && pass.Examples <= MaxClippedExamples));

    /// <summary>Computes and applies the gradient of one worker's share of the filters.</summary>
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

        (int first, int last) = pass.Share(saved.Shape.Filters, worker, Grain);
        int step = Math.Min(MaxFilters, tileFloats / ConvolutionWeightGradient.FirstRow(saved.Shape, 1) / Grain * Grain);
        float* factors = stackalloc float[MaxFilters];
        for (int filter = first; filter < last; filter += step)
        {
            int end = Math.Min(filter + step, last);
            if (pass.ClipRatio > 0)
            {
                ComputeFactors(pass, dy, tile, filter, end, scratch, factors);
            }

            for (int part = 0; part < ConvolutionWeightGradient.Parts(saved.Shape); part++)
            {
                (int row, int rows) = Compute(pass, dy, tile, part, filter, end, scratch);
                for (int i = 0; pass.ClipRatio > 0 && i < rows; i++)
                {
                    UnitClip.Multiply(tile + (i * (end - filter)), factors, end - filter);
                }

                saved.Gradient.ApplyRows(pass, tile, row, row + rows, filter, end);
            }
        }
    }

    private bool IsLinear => saved.Shape.IsPointwise && saved.Shape.Height == 1 && saved.Shape.Width == 1;

    private void ComputeFactors(TrainingPass pass, float* dy, float* tile, int filter, int end, float* scratch, float* factors)
    {
        int filters = end - filter;
        float* weightSquares = stackalloc float[MaxFilters];
        new Span<float>(weightSquares, filters).Clear();
        new Span<float>(factors, filters).Clear();
        for (int part = 0; part < ConvolutionWeightGradient.Parts(saved.Shape); part++)
        {
            (int row, int rows) = Compute(pass, dy, tile, part, filter, end, scratch);
            for (int i = 0; i < rows; i++)
            {
                UnitClip.AddSquares(tile + (i * filters), factors, filters);
                UnitClip.AddSquares(pass.Trained + saved.Gradient.Offset + ((nint)(row + i) * saved.Gradient.Columns) + filter, weightSquares, filters);
            }
        }

        UnitClip.Factors(factors, weightSquares, filters, pass.ClipRatio);
    }

    /// <summary>Computes the gradient of some filters in the rows of one part.</summary>
    private (int Row, int Rows) Compute(TrainingPass pass, float* dy, float* tile, int part, int filter, int end, float* scratch)
    {
        int row = ConvolutionWeightGradient.FirstRow(saved.Shape, part), rows = ConvolutionWeightGradient.FirstRow(saved.Shape, part + 1) - row;
        new Span<float>(tile, rows * (end - filter)).Clear();
        ConvolutionWeightGradient.RunTile(saved.Shape, pass.Examples, pass.Floats(saved.Tensor), dy, tile, part, part + 1, filter, end, scratch);
        return (row, rows);
    }
}
