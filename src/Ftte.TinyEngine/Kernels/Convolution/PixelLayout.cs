namespace Ftte.TinyEngine.Kernels;

/// <summary>Describes where the pixels of a grid are in memory.</summary>
/// <param name="Image">The distance between images.</param>
/// <param name="Row">The distance between rows of pixels.</param>
/// <param name="Pixel">The distance between pixels.</param>
internal readonly record struct PixelLayout(nint Image, nint Row, nint Pixel);
