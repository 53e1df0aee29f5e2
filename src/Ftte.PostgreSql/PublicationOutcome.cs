namespace Ftte.PostgreSql;

/// <summary>Specifies what became of a publication.</summary>
internal enum PublicationOutcome
{
    /// <summary>Nothing changed, because the buffer is not the current one or not closed.</summary>
    NotCurrent,

    /// <summary>The buffer has ended, but not with the decision, because the survey that it closes has another answer. The survey stays open.</summary>
    WithoutDecision,

    /// <summary>The buffer has ended, with the decision.</summary>
    Complete,
}
