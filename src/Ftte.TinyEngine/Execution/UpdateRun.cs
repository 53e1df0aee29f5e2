namespace Ftte.TinyEngine.Execution;

/// <summary>Represents a run of trained parameters that is contiguous both in the packed and in the flat vector.</summary>
/// <param name="Offset">The index of the first parameter in the packed vector.</param>
/// <param name="Count">The number of parameters.</param>
/// <param name="Start">The first coordinate in the flat vector.</param>
internal readonly record struct UpdateRun(int Offset, int Count, int Start);
