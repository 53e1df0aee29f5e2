namespace Ftte.Simulation;

/// <summary>One look at the model.</summary>
/// <param name="Time">The virtual time since the run began.</param>
/// <param name="Version">The version.</param>
/// <param name="Quality">How good it is.</param>
/// <param name="Trips">The jobs begun by then.</param>
/// <param name="BytesUp">The bytes sent by devices until then.</param>
/// <param name="BytesDown">The bytes received by devices until then.</param>
/// <param name="MultiplyAdds">The multiply-adds of the jobs that had ended by then.</param>
public readonly record struct EvaluationPoint(
    TimeSpan Time, ModelVersion Version, ModelQuality Quality, long Trips, long BytesUp, long BytesDown, long MultiplyAdds);
