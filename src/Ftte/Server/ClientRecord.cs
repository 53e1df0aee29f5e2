namespace Ftte;

/// <summary>Everything that the server remembers of one client; a few hundred bytes at most.</summary>
internal sealed class ClientRecord(ClientId client)
{
    /// <summary>The number of assignments remembered per client: the current one and those that a lost answer or an expired lease left behind.</summary>
    public const int MaxAssignments = 4;

    private IssuedAssignment[] _assignments = [];

    public ClientId Client => client;

    /// <summary>Gets the assignments that an update may answer, oldest first.</summary>
    public ReadOnlySpan<IssuedAssignment> Assignments => _assignments;

    /// <summary>Gets or sets the timestamp at which the client last asked for work or submitted an update.</summary>
    public long LastSeen { get; set; }

    /// <summary>Gets or sets the active lease, as its place in the order of expiry; null if the client is not at work.</summary>
    public LinkedListNode<Lease>? Lease { get; set; }

    /// <summary>Gets or sets the buffer, by its number, in which the client's share is used up.</summary>
    public long WaitsInBuffer { get; set; } = -1;

    /// <summary>Gets or sets the importance survey, by its number, for which the client was last asked.</summary>
    public long AskedInSurvey { get; set; } = -1;

    /// <summary>Gets or sets the ID of the update that answers that survey.</summary>
    public UpdateId SurveyId { get; set; }

    /// <summary>Gets or sets whether the client answered that survey.</summary>
    public bool HasAnsweredSurvey { get; set; }

    /// <summary>Adds an assignment; the oldest one is forgotten if there are more than <see cref="MaxAssignments"/>.</summary>
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
