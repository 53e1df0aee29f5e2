using Ftte.Privacy.SecureAggregation;

namespace Ftte;

/// <summary>Specifies the names that the device side and the server side of secure aggregation over HTTP share. <c>docs/http-protocol.md</c> describes the protocol.</summary>
/// <remarks>This file is compiled into both packages, so that no library has to publish it.</remarks>
internal static class CohortProtocol
{
    /// <summary>The path of announcements.</summary>
    public const string AnnouncePath = "cohorts";

    /// <summary>The start of the paths of a cohort; its ID follows.</summary>
    public const string CohortPath = "cohorts/";

    public const string SharesPath = "/shares";

    public const string UpdatePath = "/update";

    public const string UnmaskingPath = "/unmasking";

    private const string UnknownCohort = "cohort-unknown";

    /// <summary>The reasons of the refusals by a server, and the status codes of their problems. Devices refuse for the others.</summary>
    private static readonly (CohortRefusal Refusal, string Reason, int Status)[] Refusals =
    [
        (CohortRefusal.UnknownCohort, UnknownCohort, 404),
        (CohortRefusal.TooFewMembers, "cohort-too-small", 409),
        (CohortRefusal.WrongSecret, "cohort-wrong-secret", 409),
        (CohortRefusal.WrongStep, "cohort-wrong-step", 409),
        (CohortRefusal.Mismatch, "cohort-mismatch", 400),
        (CohortRefusal.InvalidShares, "cohort-invalid-shares", 400),
        (CohortRefusal.InvalidKey, "cohort-invalid-key", 400),
    ];

    /// <summary>Returns the status code and the reason of the problem that states a refusal.</summary>
    public static (int Status, string Reason) GetProblem(CohortRefusal refusal)
    {
        (_, string? reason, int status) = Array.Find(Refusals, known => known.Refusal == refusal);
        return reason is null ? (404, UnknownCohort) : (status, reason);
    }

    /// <summary>Returns the refusal that a problem states; null if it states none.</summary>
    public static CohortRefusal? FindRefusal(string? reason) =>
        Array.Find(Refusals, known => known.Reason == reason) is { Reason: not null } known ? known.Refusal : null;
}
