using System.Collections.Immutable;
using System.Diagnostics;
using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

/// <summary>A linear layer bound to its tensors.</summary>
internal sealed class PlannedLinear(int inputs, int outputs) : PlannedOperation
{
    /// <summary>Gets the weights, of shape [outputs, inputs], in rectangles that are trained or frozen.</summary>
    public required ImmutableArray<WeightTile> Weights { get; init; }

    /// <summary>Gets the biases, as one row.</summary>
    public required ImmutableArray<WeightTile> Biases { get; init; }

    /// <summary>Gets the input: examples x inputs.</summary>
    public required Tensor X { get; init; }

    /// <summary>Gets the output: examples x outputs.</summary>
    public required Tensor Y { get; init; }

    /// <summary>Gets what of the input is kept for the weight gradient; null if no weight is trained.</summary>
    public required SavedInput? Saved { get; init; }

    /// <summary>Gets the gradient of the output; null if backward does not get here.</summary>
    public required Tensor? YGradient { get; init; }

    /// <summary>Gets the gradient of the input; null if backward does not go past here.</summary>
    public required Tensor? XGradient { get; init; }

    public override void Forward(in TrainingPass pass)
    {
        Span<float> x = pass.Arena.Floats(X, pass.Examples * inputs);
        Span<float> y = pass.Arena.Floats(Y, pass.Examples * outputs);
        foreach (WeightTile tile in Biases)
        {
            ReadOnlySpan<float> bias = Read(pass, tile);
            for (int n = 0; n < pass.Examples; n++)
            {
                bias.CopyTo(y[((n * outputs) + tile.Column)..]);
            }
        }

        foreach (WeightTile tile in Weights)
        {
            ForwardProduct.Add(
                new ReadOnlyMatrixSpan(x[tile.Column..], pass.Examples, tile.Columns, inputs),
                new ReadOnlyMatrixSpan(Read(pass, tile), tile.Rows, tile.Columns, tile.Stride),
                new MatrixSpan(y[tile.Row..], pass.Examples, tile.Rows, outputs));
        }

        if (Saved is not null && Saved.Tensor != X)
        {
            Span<float> memory = pass.Arena.FloatsOf(X, Saved.Tensor, out int source, out int destination);
            Debug.Assert(memory.Length * (long)sizeof(float) == X.Bytes, "What is saved lies where the input did.");
            ColumnPacking.Pack(memory, source, destination, pass.Examples, inputs, Saved.Column, Saved.Columns);
        }
    }

    /// <summary>Makes the input's gradient from the old weights first; only then are they updated.</summary>
    public override void Backward(in TrainingPass pass)
    {
        ReadOnlySpan<float> dy = pass.Arena.Floats(YGradient!, pass.Examples * outputs);
        if (XGradient is not null)
        {
            AddInputGradient(pass, dy, pass.Arena.Floats(XGradient, pass.Examples * inputs));
        }

        foreach (WeightTile tile in Weights)
        {
            if (tile.IsTrained)
            {
                ReadOnlySpan<float> x = pass.Arena.Floats(Saved!.Tensor, pass.Examples * Saved.Columns);
                WeightUpdate.Apply(
                    new ReadOnlyMatrixSpan(dy[tile.Row..], pass.Examples, tile.Rows, outputs),
                    new ReadOnlyMatrixSpan(x[(tile.Column - Saved.Column)..], pass.Examples, tile.Columns, Saved.Columns),
                    pass.Shrink,
                    pass.Rate,
                    new MatrixSpan(pass.Target.Slice(tile.Offset, tile.Span), tile.Rows, tile.Columns, tile.Stride));
            }
        }

        foreach (WeightTile tile in Biases)
        {
            if (tile.IsTrained)
            {
                BiasUpdate.Apply(
                    new ReadOnlyMatrixSpan(dy[tile.Column..], pass.Examples, tile.Columns, outputs),
                    pass.Shrink,
                    pass.Rate,
                    pass.Target.Slice(tile.Offset, tile.Columns));
            }
        }
    }

    private void AddInputGradient(in TrainingPass pass, ReadOnlySpan<float> dy, Span<float> dx)
    {
        dx.Clear();
        foreach (WeightTile tile in Weights)
        {
            InputGradient.Add(
                new ReadOnlyMatrixSpan(dy[tile.Row..], pass.Examples, tile.Rows, outputs),
                new ReadOnlyMatrixSpan(Read(pass, tile), tile.Rows, tile.Columns, tile.Stride),
                new MatrixSpan(dx[tile.Column..], pass.Examples, tile.Columns, inputs));
        }
    }

    private static ReadOnlySpan<float> Read(in TrainingPass pass, WeightTile tile) =>
        (tile.IsTrained ? pass.Trained : pass.Received).Slice(tile.Offset, tile.Span);
}
