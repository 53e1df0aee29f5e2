using System.Collections.Immutable;
using System.Diagnostics;
using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

/// <summary>A linear layer bound to its tensors.</summary>
internal sealed class PlannedLinear(Linear layer, ParameterSelection selection) : PlannedOperation
{
    private readonly ImmutableArray<WeightTile> _weights = TileDecomposition.Cut(selection, layer.Weight, layer.Inputs);
    private readonly ImmutableArray<WeightTile> _biases = TileDecomposition.Cut(selection, layer.Bias, layer.Outputs);

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
        Span<float> x = pass.Arena.Floats(X, pass.Examples * layer.Inputs);
        Span<float> y = pass.Arena.Floats(Y, pass.Examples * layer.Outputs);
        foreach (WeightTile tile in _biases)
        {
            ReadOnlySpan<float> bias = Read(pass, tile);
            for (int n = 0; n < pass.Examples; n++)
            {
                bias.CopyTo(y[((n * layer.Outputs) + tile.Column)..]);
            }
        }

        foreach (WeightTile tile in _weights)
        {
            ForwardProduct.Add(
                new ReadOnlyMatrixSpan(x[tile.Column..], pass.Examples, tile.Columns, layer.Inputs),
                new ReadOnlyMatrixSpan(Read(pass, tile), tile.Rows, tile.Columns, tile.Stride),
                new MatrixSpan(y[tile.Row..], pass.Examples, tile.Rows, layer.Outputs));
        }

        if (Saved is not null && Saved.Tensor != X)
        {
            Span<float> memory = pass.Arena.FloatsOf(X, Saved.Tensor, out int source, out int destination);
            Debug.Assert(memory.Length * (long)sizeof(float) == X.Bytes, "What is saved lies where the input did.");
            ColumnPacking.Pack(memory, source, destination, pass.Examples, layer.Inputs, Saved.Column, Saved.Columns);
        }
    }

    /// <summary>Makes the input's gradient from the old weights first; only then are they updated.</summary>
    public override void Backward(in TrainingPass pass)
    {
        ReadOnlySpan<float> dy = pass.Arena.Floats(YGradient!, pass.Examples * layer.Outputs);
        if (XGradient is not null)
        {
            AddInputGradient(pass, dy, pass.Arena.Floats(XGradient, pass.Examples * layer.Inputs));
        }

        foreach (WeightTile tile in _weights)
        {
            if (tile.IsTrained)
            {
                ReadOnlySpan<float> x = pass.Arena.Floats(Saved!.Tensor, pass.Examples * Saved.Columns);
                WeightUpdate.Apply(
                    new ReadOnlyMatrixSpan(dy[tile.Row..], pass.Examples, tile.Rows, layer.Outputs),
                    new ReadOnlyMatrixSpan(x[(tile.Column - Saved.Column)..], pass.Examples, tile.Columns, Saved.Columns),
                    pass.Shrink,
                    pass.Rate,
                    new MatrixSpan(pass.Target.Slice(tile.Offset, tile.Span), tile.Rows, tile.Columns, tile.Stride));
            }
        }

        foreach (WeightTile tile in _biases)
        {
            if (tile.IsTrained)
            {
                BiasUpdate.Apply(
                    new ReadOnlyMatrixSpan(dy[tile.Column..], pass.Examples, tile.Columns, layer.Outputs),
                    pass.Shrink,
                    pass.Rate,
                    pass.Target.Slice(tile.Offset, tile.Columns));
            }
        }
    }

    private void AddInputGradient(in TrainingPass pass, ReadOnlySpan<float> dy, Span<float> dx)
    {
        dx.Clear();
        foreach (WeightTile tile in _weights)
        {
            InputGradient.Add(
                new ReadOnlyMatrixSpan(dy[tile.Row..], pass.Examples, tile.Rows, layer.Outputs),
                new ReadOnlyMatrixSpan(Read(pass, tile), tile.Rows, tile.Columns, tile.Stride),
                new MatrixSpan(dx[tile.Column..], pass.Examples, tile.Columns, layer.Inputs));
        }
    }

    private static ReadOnlySpan<float> Read(in TrainingPass pass, WeightTile tile) =>
        (tile.IsTrained ? pass.Trained : pass.Received).Slice(tile.Offset, tile.Span);
}
