namespace Ftte.Simulation.Jobs;

/// <summary>Represents the load of a job.</summary>
/// <param name="BytesDown">The bytes that the device receives before it begins.</param>
/// <param name="BytesUp">The bytes of its request and its update.</param>
/// <param name="MultiplyAdds">The multiply-adds that it computes.</param>
internal readonly record struct JobLoad(long BytesDown, long BytesUp, long MultiplyAdds);
