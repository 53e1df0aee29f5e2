namespace Ftte.TinyEngine.Execution;

/// <summary>Represents a rectangle of a layer's weights that is entirely trained or entirely frozen.</summary>
/// <param name="Row">The first row in the layer's matrix.</param>
/// <param name="Rows">The number of rows.</param>
/// <param name="Column">The first column in the layer's matrix.</param>
/// <param name="Columns">The number of columns.</param>
/// <param name="Offset">The index of the first value: in the packed trained values if trained, otherwise in the received vector.</param>
/// <param name="Stride">The distance between rows in the same vector.</param>
/// <param name="IsTrained">True if the rectangle is trained; false if it is frozen.</param>
internal readonly record struct WeightTile(int Row, int Rows, int Column, int Columns, int Offset, int Stride, bool IsTrained)
{
    /// <summary>Gets the number of values from the first to the last, including gaps between rows.</summary>
    public int Span => ((Rows - 1) * Stride) + Columns;
}
