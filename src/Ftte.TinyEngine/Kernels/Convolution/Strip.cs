namespace Ftte.TinyEngine.Kernels;

/// <summary>Describes the layout of inputs and output gradients in memory, example by example and line by line.</summary>
/// <param name="Examples">The number of examples.</param>
/// <param name="Lines">The number of lines of pixels per example.</param>
/// <param name="Pixels">The number of pixels per line.</param>
/// <param name="InputExample">The distance between examples of the input.</param>
/// <param name="InputLine">The distance between lines of the input.</param>
/// <param name="InputPixel">The distance between pixels of the input.</param>
/// <param name="GradientExample">The distance between examples of the gradient.</param>
/// <param name="GradientLine">The distance between lines of the gradient.</param>
/// <param name="GradientPixel">The distance between pixels of the gradient.</param>
/// <param name="WeightStride">The distance between rows of weights.</param>
internal readonly record struct Strip(
    int Examples,
    int Lines,
    int Pixels,
    nint InputExample,
    nint InputLine,
    nint InputPixel,
    nint GradientExample,
    nint GradientLine,
    nint GradientPixel,
    nint WeightStride);
