namespace Ftte.Simulation;

/// <summary>The sums of a run.</summary>
/// <param name="Trips">The jobs begun.</param>
/// <param name="Accepted">Those whose updates were taken; the last of them may be in a buffer that no version was made of.</param>
/// <param name="Rejected">Those whose updates do not.</param>
/// <param name="Dropped">Those that devices gave up, or went for good before they had answered.</param>
/// <param name="Unfinished">Those that were at work when the run ended.</param>
/// <param name="Measured">Those that measured importance.</param>
/// <param name="Refused">Requests that were answered without work.</param>
/// <param name="BytesUp">What devices sent, as the wire format has it.</param>
/// <param name="BytesDown">What devices received.</param>
/// <param name="WastedBytes">Of both, what belongs to rejected and dropped jobs.</param>
/// <param name="MultiplyAdds">What devices computed in jobs that ended: what energy goes into, besides the bytes.</param>
/// <param name="WastedMultiplyAdds">Of it, what belongs to rejected and dropped jobs.</param>
/// <param name="PeakDeviceBytes">The memory that the most demanding job took, as planned.</param>
/// <param name="Events">The events of the simulation.</param>
/// <param name="RefusedVersions">The versions that were not published because they would have broken the model.</param>
/// <param name="FailedSelections">The times that choosing a new selection failed, so that the one in force stayed.</param>
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
    long FailedSelections = 0);
