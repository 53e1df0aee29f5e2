namespace Ftte.TinyEngine.Kernels;

/// <summary>Describes rows of outputs that use the same weights.</summary>
/// <param name="Count">The number of rows.</param>
/// <param name="Pixels">The number of pixels of a row.</param>
/// <param name="Input">The distance between the first inputs of one row and of the next.</param>
/// <param name="Output">The distance between the first outputs of one row and of the next.</param>
internal readonly record struct Lines(int Count, int Pixels, nint Input, nint Output);
