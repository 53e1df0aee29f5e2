namespace Ftte.TinyEngine.Kernels;

/// <summary>Provides blocks of the weight matrix of a convolution: depth x columns.</summary>
internal unsafe interface IWeightPanels
{
    /// <summary>Returns rows [firstRow, firstRow + rows) of some columns.</summary>
    /// <param name="firstRow">The first row.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="column">The first column.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="isReused">True if many pixels use the block, so that a copy without gaps is faster.</param>
    /// <param name="panel">Memory for a copy.</param>
    /// <param name="stride">The distance between rows of the result.</param>
    float* Get(int firstRow, int rows, int column, int columns, bool isReused, float* panel, out nint stride);
}
