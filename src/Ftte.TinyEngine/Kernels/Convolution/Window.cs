namespace Ftte.TinyEngine.Kernels;

/// <summary>Describes the layout of the inputs of adjacent outputs in memory.</summary>
/// <param name="InputPixel">The distance between the first inputs of one output pixel and of the next.</param>
/// <param name="InputSegment">The distance between segments of one pixel's inputs; a segment is contiguous.</param>
/// <param name="Segments">The number of segments: rows of the kernel.</param>
/// <param name="Run">The length of a segment.</param>
/// <param name="WeightStride">The distance between rows of weights.</param>
/// <param name="OutputPixel">The distance between output pixels.</param>
internal readonly record struct Window(nint InputPixel, nint InputSegment, int Segments, int Run, nint WeightStride, nint OutputPixel);
