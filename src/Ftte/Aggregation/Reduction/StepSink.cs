namespace Ftte.Aggregation;

/// <summary>Receives the buffer's step D, tile by tile. All coordinates of a tile have contributors and the same role.</summary>
/// <param name="start">The first coordinate of the tile in the dense vector.</param>
/// <param name="step">D for each coordinate of the tile; for statistics, the step to their average.</param>
/// <param name="role">The role of the coordinates.</param>
internal delegate void StepSink(int start, ReadOnlySpan<double> step, ParameterRole role);
