namespace Ftte.TinyEngine;

/// <summary>Represents the place of a tensor in the arena and in time.</summary>
/// <param name="Name">Its content, such as <c>fc1</c> for that layer's output or <c>fc1.gradient</c> for the output's gradient.</param>
/// <param name="Offset">Its first byte in the arena.</param>
/// <param name="Bytes">Its size, a multiple of 64.</param>
/// <param name="FirstMoment">The moment from which it lives: step t runs forward at moment t, backward at 2 * steps - 1 - t.</param>
/// <param name="LastMoment">The last moment in which it lives.</param>
/// <param name="Role">The reason why it is there.</param>
public sealed record PlannedTensor(string Name, long Offset, long Bytes, int FirstMoment, int LastMoment, TensorRole Role);
