namespace Ftte.Simulation.Jobs;

/// <summary>What a job takes.</summary>
/// <param name="BytesDown">The bytes that the device receives before it can begin.</param>
/// <param name="BytesUp">The bytes that it sends: its request and its update.</param>
/// <param name="MultiplyAdds">What it computes.</param>
internal readonly record struct JobLoad(long BytesDown, long BytesUp, long MultiplyAdds);
