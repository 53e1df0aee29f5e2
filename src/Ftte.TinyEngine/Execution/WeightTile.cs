namespace Ftte.TinyEngine.Execution;

/// <summary>A rectangle of a layer's weights that is wholly trained or wholly frozen.</summary>
/// <param name="Row">The first row in the layer's matrix.</param>
/// <param name="Rows">The number of rows.</param>
/// <param name="Column">The first column in the layer's matrix.</param>
/// <param name="Columns">The number of columns.</param>
/// <param name="Offset">Where the first value lies: among the trained values if trained, otherwise in the received vector.</param>
/// <param name="Stride">The distance between rows there.</param>
/// <param name="IsTrained">Whether the rectangle is trained.</param>
internal readonly record struct WeightTile(int Row, int Rows, int Column, int Columns, int Offset, int Stride, bool IsTrained)
{
    /// <summary>Gets the number of values from the first to the last, gaps between rows included.</summary>
    public int Span => ((Rows - 1) * Stride) + Columns;
}
