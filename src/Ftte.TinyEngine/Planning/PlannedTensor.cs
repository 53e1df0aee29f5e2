namespace Ftte.TinyEngine;

/// <summary>Represents the position of a tensor in the arena and its lifetime.</summary>
/// <param name="Name">Its content, such as <c>fc1</c> for that layer's output or <c>fc1.gradient</c> for the output's gradient.</param>
/// <param name="Offset">Its first byte in the arena.</param>
/// <param name="Bytes">Its size, a multiple of 64.</param>
/// <param name="FirstMoment">The first moment of its lifetime. Step t runs forward at moment t and backward at moment 2 * steps - 1 - t.</param>
/// <param name="LastMoment">The last moment of its lifetime.</param>
/// <param name="Role">The reason for its place in the arena.</param>
public sealed record PlannedTensor(string Name, long Offset, long Bytes, int FirstMoment, int LastMoment, TensorRole Role);
