namespace Ftte.Privacy.SecureAggregation;

/// <summary>Specifies why a device or the server refuses a message of secure aggregation, or why a cohort failed.</summary>
public enum CohortRefusal
{
    /// <summary>The default value; never returned.</summary>
    None = 0,

    /// <summary>The cohort has too few members, so that a sum would say too much about one of them, or too many for the range of the sums.</summary>
    CohortSize = 1,

    /// <summary>The threshold is not more than half of the members, so that the server could restore both secrets of a member, or exceeds their number.</summary>
    Threshold = 2,

    /// <summary>Two keys of the cohort are the same, so that members could be copies of one.</summary>
    RepeatedKey = 3,

    /// <summary>The cohort does not contain the keys that the device announced.</summary>
    OwnKeyMissing = 4,

    /// <summary>A key is not a point of the curve.</summary>
    InvalidKey = 5,

    /// <summary>The weight of a member is out of range.</summary>
    Weight = 6,

    /// <summary>The cohort is for another layout, selection or quantization than the device's update.</summary>
    Mismatch = 7,

    /// <summary>The encrypted shares of a member are not authentic: they were changed, come from another device, or the server described the cohort differently to different devices.</summary>
    InvalidShares = 8,

    /// <summary>The list of members contains a member twice, an unknown one, too few, or not the device.</summary>
    MemberList = 9,

    /// <summary>The device already answered this step differently. A second answer would reveal its update.</summary>
    AlreadyAnswered = 10,

    /// <summary>The message is not of the current step of the cohort.</summary>
    WrongStep = 11,

    /// <summary>Too many members left, so that the masks cannot be removed.</summary>
    TooFewMembers = 12,

    /// <summary>A secret that was restored does not fit what its owner published, because a member sent wrong shares.</summary>
    WrongSecret = 13,

    /// <summary>The cohort is unknown or has ended.</summary>
    UnknownCohort = 14,
}
