namespace Ftte.Aggregation;

/// <summary>Specifies what a transaction decided about an update.</summary>
internal enum CommitOutcome
{
    /// <summary>The update is in the current buffer, by this or by an earlier transaction.</summary>
    Taken,

    /// <summary>The update is part of an earlier version.</summary>
    Duplicate,

    /// <summary>The buffer has no room, was closed or is not the current one. The update must be committed to the next buffer.</summary>
    Later,
}
