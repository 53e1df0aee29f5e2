namespace Ftte.Aggregation;

/// <summary>Receives the buffer's step D, tile by tile; the coordinates of a tile all have contributors and one role.</summary>
/// <param name="start">The tile's first coordinate in the dense vector.</param>
/// <param name="step">D for each coordinate of the tile; of statistics, the step to their average.</param>
/// <param name="role">The coordinates' role.</param>
internal delegate void StepSink(int start, ReadOnlySpan<double> step, ParameterRole role);
