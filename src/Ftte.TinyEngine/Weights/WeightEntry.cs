namespace Ftte.TinyEngine;

/// <summary>Represents a tensor of a network and its counterpart in a file of weights.</summary>
/// <param name="Name">Its name in the network.</param>
/// <param name="ViewShape">Its dimensions in the flat vector, 1 to 4: [kh, kw, in, out], [k, in, out], [in, out] or [n].</param>
/// <param name="FileShape">Its dimensions in the file, in PyTorch's order: [out, in, kh, kw], [out, in, k], [out, in] or [n]; or other dimensions that its reordered view can be read as.</param>
/// <param name="Range">Its range in the flat vector.</param>
internal sealed record WeightEntry(string Name, int[] ViewShape, int[] FileShape, ParameterRange Range);
