using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine.Execution;

/// <summary>Adds the gradient of a block to the sums over micro-batches, or applies it to the trained parameters immediately.</summary>
/// <remarks>
/// The gradient is a matrix with a row for every row of the block that contains a trained parameter. Its destination follows from the
/// trained tiles, so any selection works. A selection of whole rows is dense in the packed vector and can be summed in place.
/// </remarks>
internal sealed unsafe class PlannedGradient
{
    private readonly WeightTile[] _tiles;
    private readonly int[] _gradientRows;

    /// <param name="block">The block.</param>
    /// <param name="gradientRows">For each row of the block the corresponding row of the gradient, or -1.</param>
    /// <param name="isVector">True if the block has one value per channel, such as a bias, and is clipped as a whole; false if every column is clipped separately.</param>
    public PlannedGradient(PlannedBlock block, int[] gradientRows, bool isVector = false)
    {
        IsVector = isVector;
        _tiles = [.. block.TrainedTiles];
        _gradientRows = gradientRows;
        Start = block.Start;
        Columns = block.Columns;
        Rows = gradientRows.Count(r => r >= 0);
        int first = _tiles.Min(t => t.Offset);
        Offset = first;
        IsDense = _tiles.All(t => t.Column == 0 && t.Columns == Columns && t.Stride == Columns && t.Offset - first == gradientRows[t.Row] * Columns)
            && _tiles.Sum(t => t.Rows) == Rows;
    }

    /// <summary>Gets a value that indicates whether the block has one value per channel, such as a bias.</summary>
    public bool IsVector { get; }

    /// <summary>Gets the first coordinate of the block in the flat vector.</summary>
    public int Start { get; }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Gets the index of the gradient's first value in the packed vector, if the gradient is dense.</summary>
    public int Offset { get; }

    /// <summary>Gets a value that indicates whether the rows of the gradient are consecutive in the packed vector.</summary>
    public bool IsDense { get; }

    /// <summary>Creates the gradient of a block that has a gradient in every row.</summary>
    public static PlannedGradient Whole(PlannedBlock block, bool isVector = false) => new(block, [.. Enumerable.Range(0, block.Rows)], isVector);

    /// <summary>Initializes the gradient of a range of columns with the sums of earlier micro-batches, so that sums do not depend on the division into micro-batches.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="gradient">Memory for the columns; the row stride is their number.</param>
    /// <param name="firstColumn">The first column.</param>
    /// <param name="lastColumn">The column after the last.</param>
    public void Begin(TrainingPass pass, float* gradient, int firstColumn, int lastColumn)
    {
        new Span<float>(gradient, Rows * (lastColumn - firstColumn)).Clear();
        if (pass.Accumulators is null)
        {
            return;
        }

        foreach (Run run in Runs(firstColumn, lastColumn))
        {
            Elementwise.Copy(pass.Accumulators + run.Packed, gradient + run.Gradient, run.Count);
        }
    }

    /// <summary>Applies the gradient of a range of columns or adds it to the sums; if importance is probed, only measures it.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="gradient">The columns; the row stride is their number.</param>
    /// <param name="firstColumn">The first column.</param>
    /// <param name="lastColumn">The column after the last.</param>
    public void Consume(TrainingPass pass, float* gradient, int firstColumn, int lastColumn)
    {
        if (IsHeld(pass))
        {
            return;
        }

        if (pass.Energies is not null)
        {
            pass.Energies.Add(Start, new ReadOnlySpan<float>(gradient, Rows * (lastColumn - firstColumn)));
            return;
        }

        if (pass.ClipRatio > 0 && pass.Accumulators is null)
        {
            Clip(pass, gradient, firstColumn, lastColumn);
        }

        foreach (Run run in Runs(firstColumn, lastColumn))
        {
            if (pass.Accumulators is not null)
            {
                Elementwise.Copy(gradient + run.Gradient, pass.Accumulators + run.Packed, run.Count);
            }
            else
            {
                SgdStep.Apply(pass, gradient + run.Gradient, run.Packed, run.Count);
            }
        }
    }

    /// <summary>Applies some rows of a dense gradient.</summary>
    /// <param name="pass">The pass, which neither accumulates nor measures gradients.</param>
    /// <param name="gradient">The values; the row stride is the number of columns.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="lastRow">The row after the last.</param>
    /// <param name="firstColumn">The first column.</param>
    /// <param name="lastColumn">The column after the last.</param>
    public void ApplyRows(TrainingPass pass, float* gradient, int firstRow, int lastRow, int firstColumn, int lastColumn)
    {
        int columns = lastColumn - firstColumn;
        if (columns == Columns)
        {
            SgdStep.Apply(pass, gradient, Offset + (firstRow * Columns), (lastRow - firstRow) * Columns);
            return;
        }

        for (int row = firstRow; row < lastRow; row++, gradient += columns)
        {
            SgdStep.Apply(pass, gradient, Offset + (row * Columns) + firstColumn, columns);
        }
    }

    /// <summary>Determines whether the block keeps its values in this run.</summary>
    public bool IsHeld(TrainingPass pass) => pass.Held is { } held && held.Contains(Start);

    /// <summary>Clips the complete sums over micro-batches.</summary>
    public void ClipSums(TrainingPass pass) => Clip(pass, gradient: null, 0, Columns);

    /// <summary>Scales down the gradients of units whose norm is large relative to the unit's weights; see <see cref="SgdOptions.ClipRatio"/>.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="gradient">The columns of the gradient; null for the sums.</param>
    /// <param name="firstColumn">The first column.</param>
    /// <param name="lastColumn">The column after the last.</param>
    private void Clip(TrainingPass pass, float* gradient, int firstColumn, int lastColumn)
    {
        if (IsVector)
        {
            ClipVector(pass, gradient);
            return;
        }

        float* gradientSquares = stackalloc float[UnitClip.Width], weightSquares = stackalloc float[UnitClip.Width];
        for (int first = firstColumn; first < lastColumn; first += UnitClip.Width)
        {
            int last = Math.Min(first + UnitClip.Width, lastColumn);
            new Span<float>(gradientSquares, UnitClip.Width).Clear();
            new Span<float>(weightSquares, UnitClip.Width).Clear();
            foreach (WeightTile tile in _tiles)
            {
                int from = Math.Max(first, tile.Column), count = Math.Min(last, tile.Column + tile.Columns) - from;
                for (int row = 0; row < tile.Rows && count > 0; row++)
                {
                    long packed = tile.Offset + ((long)row * tile.Stride) + (from - tile.Column);
                    float* values = Locate(pass, gradient, tile.Row + row, packed, firstColumn, lastColumn, from);
                    UnitClip.AddSquares(values, gradientSquares + (from - first), count);
                    UnitClip.AddSquares(pass.Trained + packed, weightSquares + (from - first), count);
                }
            }

            UnitClip.Factors(gradientSquares, weightSquares, last - first, pass.ClipRatio);
            foreach (WeightTile tile in _tiles)
            {
                int from = Math.Max(first, tile.Column), count = Math.Min(last, tile.Column + tile.Columns) - from;
                for (int row = 0; row < tile.Rows && count > 0; row++)
                {
                    long packed = tile.Offset + ((long)row * tile.Stride) + (from - tile.Column);
                    UnitClip.Multiply(Locate(pass, gradient, tile.Row + row, packed, firstColumn, lastColumn, from), gradientSquares + (from - first), count);
                }
            }
        }
    }

    private float* Locate(TrainingPass pass, float* gradient, int row, long packed, int firstColumn, int lastColumn, int column) =>
        gradient is null ? pass.Accumulators + packed : gradient + ((long)_gradientRows[row] * (lastColumn - firstColumn)) + (column - firstColumn);

    private void ClipVector(TrainingPass pass, float* gradient)
    {
        double gradientSquares = 0, weightSquares = 0;
        int count = 0;
        foreach (WeightTile tile in _tiles)
        {
            gradientSquares += SgdKernel.SumOfSquares(gradient is null ? pass.Accumulators + tile.Offset : gradient + tile.Column, tile.Columns);
            weightSquares += SgdKernel.SumOfSquares(pass.Trained + tile.Offset, tile.Columns);
            count += tile.Columns;
        }

        float factor = UnitClip.FactorOfVector(gradientSquares, weightSquares, count, pass.ClipRatio);
        foreach (WeightTile tile in _tiles)
        {
            Elementwise.Scale(gradient is null ? pass.Accumulators + tile.Offset : gradient + tile.Column, factor, tile.Columns);
        }
    }

    private RunEnumerator Runs(int firstColumn, int lastColumn) => new(this, firstColumn, lastColumn);

    /// <summary>Represents a run of values that are contiguous both in the gradient and in the packed vector.</summary>
    private readonly record struct Run(long Gradient, int Packed, int Count);

    /// <summary>Enumerates the runs of a range of columns without allocating.</summary>
    private struct RunEnumerator(PlannedGradient gradient, int firstColumn, int lastColumn)
    {
        private readonly int _stride = lastColumn - firstColumn;
        private int _tile;
        private int _row = -1;

        public Run Current { get; private set; }

        public readonly RunEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            if (gradient.IsDense && _stride == gradient.Columns)
            {
                Current = new Run(0, gradient.Offset, gradient.Rows * gradient.Columns);
                return _row++ < 0;
            }

            while (_tile < gradient._tiles.Length)
            {
                WeightTile tile = gradient._tiles[_tile];
                int from = Math.Max(firstColumn, tile.Column), to = Math.Min(lastColumn, tile.Column + tile.Columns);
                if (++_row < tile.Rows && from < to)
                {
                    long at = ((long)gradient._gradientRows[tile.Row + _row] * _stride) + (from - firstColumn);
                    Current = new Run(at, tile.Offset + (_row * tile.Stride) + (from - tile.Column), to - from);
                    return true;
                }

                _row = -1;
                _tile++;
            }

            return false;
        }
    }
}
