namespace Ftte.Simulation;

/// <summary>Represents one evaluation of the model.</summary>
/// <param name="Time">The virtual time since the run began.</param>
/// <param name="Version">The version that was evaluated.</param>
/// <param name="Quality">The quality of the model.</param>
/// <param name="Trips">The number of jobs started by then.</param>
/// <param name="BytesUp">The bytes sent by devices by then.</param>
/// <param name="BytesDown">The bytes received by devices by then.</param>
/// <param name="MultiplyAdds">The multiply-adds of the jobs that had ended by then.</param>
public readonly record struct EvaluationPoint(
    TimeSpan Time, ModelVersion Version, ModelQuality Quality, long Trips, long BytesUp, long BytesDown, long MultiplyAdds);
