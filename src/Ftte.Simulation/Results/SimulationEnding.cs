using System.Text.Json.Serialization;

namespace Ftte.Simulation;

/// <summary>Specifies why a run ended.</summary>
/// <remarks>Result files contain the names given by the attributes, so that existing files remain readable.</remarks>
public enum SimulationEnding
{
    /// <summary>The ending is not known.</summary>
    Unknown = 0,

    /// <summary>The run was canceled.</summary>
    Cancelled = 1,

    /// <summary>The virtual time reached <see cref="SimulationOptions.MaxTime"/>.</summary>
    [JsonStringEnumMemberName("Time")]
    MaxTimeReached = 2,

    /// <summary><see cref="SimulationOptions.MaxVersions"/> versions were published.</summary>
    [JsonStringEnumMemberName("Versions")]
    MaxVersionsReached = 3,

    /// <summary><see cref="SimulationOptions.MaxTrips"/> jobs were started, and all of them have ended.</summary>
    [JsonStringEnumMemberName("Trips")]
    MaxTripsReached = 4,

    /// <summary>The model reached the target, see <see cref="SimulationOptions.StopAtTarget"/>.</summary>
    [JsonStringEnumMemberName("Target")]
    TargetReached = 5,

    /// <summary>The accuracy no longer improved, see <see cref="SimulationOptions.Plateau"/>.</summary>
    [JsonStringEnumMemberName("Plateau")]
    PlateauReached = 6,

    /// <summary>The server ended training, because the model stopped improving on the devices; see <see cref="EvaluationOptions.Patience"/>.</summary>
    TrainingEnded = 7,

    /// <summary>
    /// No job is active and no device is eligible for work: all devices have left for good or have too little memory, or the last listed arrival is over.
    /// This ending and those with greater values mean that the run could not make progress; <see cref="SimulationResult.EndingReason"/> states the reason.
    /// </summary>
    [JsonStringEnumMemberName("Nobody")]
    NoEligibleDevice = 8,

    /// <summary>
    /// The buffer cannot be completed: no job is active, and the remaining devices have used their share of the buffer. Choose a smaller capacity or more updates per
    /// client, set a publication timeout, or simulate more devices.
    /// </summary>
    BufferCannotFill = 9,

    /// <summary>Ten versions in a row were refused, because each of them would have broken the model.</summary>
    VersionsRefused = 10,

    /// <summary>More updates in a row were rejected than ten per device, and none was accepted.</summary>
    UpdatesRejected = 11,

    /// <summary>More than <see cref="SimulationOptions.MaxTripsPerVersion"/> jobs ended without a version, and devices dropped most of them.</summary>
    DevicesDropOut = 12,

    /// <summary>More than <see cref="SimulationOptions.MaxTripsPerVersion"/> jobs ended without a version, although updates were accepted.</summary>
    NoPublication = 13,
}
