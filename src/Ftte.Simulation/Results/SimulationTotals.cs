namespace Ftte.Simulation;

/// <summary>Represents the totals of a run.</summary>
/// <param name="Trips">The number of jobs started.</param>
/// <param name="Accepted">The number of jobs with an accepted update. The last of them may be in a buffer that was not published.</param>
/// <param name="Rejected">The number of jobs with a rejected update.</param>
/// <param name="Dropped">The number of jobs that devices gave up, or that ended because the device left for good.</param>
/// <param name="Unfinished">The number of jobs that were active when the run ended.</param>
/// <param name="Measured">The number of jobs that measured importance.</param>
/// <param name="Refused">The number of check-outs without an assignment.</param>
/// <param name="BytesUp">The bytes that devices sent, in the wire format.</param>
/// <param name="BytesDown">The bytes that devices received.</param>
/// <param name="WastedBytes">The bytes sent and received for rejected and dropped jobs.</param>
/// <param name="MultiplyAdds">The multiply-adds that devices computed in jobs that ended.</param>
/// <param name="WastedMultiplyAdds">The multiply-adds of rejected and dropped jobs.</param>
/// <param name="PeakDeviceBytes">The maximum of the planned memory of all jobs.</param>
/// <param name="Events">The number of events processed.</param>
/// <param name="RefusedVersions">The number of versions that were not published because they would have broken the model.</param>
/// <param name="FailedSelections">The number of times that the server failed to choose a new selection and kept the current one.</param>
/// <param name="Evaluated">The number of jobs that evaluated a version.</param>
public readonly record struct SimulationTotals(
    long Trips,
    long Accepted,
    long Rejected,
    long Dropped,
    long Unfinished,
    long Measured,
    long Refused,
    long BytesUp,
    long BytesDown,
    long WastedBytes,
    long MultiplyAdds,
    long WastedMultiplyAdds,
    long PeakDeviceBytes,
    long Events,
    long RefusedVersions = 0,
    long FailedSelections = 0,
    long Evaluated = 0);
