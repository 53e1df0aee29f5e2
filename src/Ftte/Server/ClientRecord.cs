namespace Ftte;

/// <summary>Represents the server's record of one client, at most a few hundred bytes.</summary>
internal sealed class ClientRecord(ClientId client)
{
    /// <summary>The maximum number of assignments to keep per client: the current one and earlier ones, which may remain after a lost response or an expired lease.</summary>
    public const int MaxAssignments = 4;

    private IssuedAssignment[] _assignments = [];

    public ClientId Client => client;

    /// <summary>Gets the assignments that an update may answer, oldest first.</summary>
    public ReadOnlySpan<IssuedAssignment> Assignments => _assignments;

    /// <summary>Gets or sets the timestamp at which the client last asked for work or submitted an update.</summary>
    public long LastSeen { get; set; }

    /// <summary>Gets or sets the active lease, as a node in the order of expiry; null if the client is not at work.</summary>
    public LinkedListNode<Lease>? Lease { get; set; }

    /// <summary>Gets or sets the number of the buffer in which the client has used its share.</summary>
    public long WaitsInBuffer { get; set; } = -1;

    /// <summary>Gets or sets the number of the importance survey for which the client was last asked.</summary>
    public long AskedInSurvey { get; set; } = -1;

    /// <summary>Gets or sets the ID of the update that answers that survey.</summary>
    public UpdateId SurveyId { get; set; }

    /// <summary>Gets or sets a value that indicates whether the client answered that survey.</summary>
    public bool HasAnsweredSurvey { get; set; }

    /// <summary>Gets or sets the number of the version that the client was last asked to evaluate.</summary>
    public long AskedInEvaluation { get; set; } = -1;

    /// <summary>Gets or sets the ID of the update that answers that evaluation.</summary>
    public UpdateId EvaluationId { get; set; }

    /// <summary>Gets or sets a value that indicates whether the client answered that evaluation.</summary>
    public bool HasAnsweredEvaluation { get; set; }

    /// <summary>Gets or sets a value that indicates whether the client declined training when it last asked for work.</summary>
    public bool NeverTrains { get; set; }

    /// <summary>Adds an assignment; removes the oldest one if there are more than <see cref="MaxAssignments"/>.</summary>
    public void Add(in IssuedAssignment assignment)
    {
        int kept = Math.Min(_assignments.Length, MaxAssignments - 1);
        _assignments = [.. _assignments.AsSpan(_assignments.Length - kept), assignment];
    }

    /// <summary>Determines whether an update answers one of the assignments.</summary>
    public bool IsAssigned(in UpdateHeader header)
    {
        foreach (IssuedAssignment assignment in _assignments)
        {
            if (assignment.IsAnsweredBy(header))
            {
                return true;
            }
        }

        return false;
    }
}
