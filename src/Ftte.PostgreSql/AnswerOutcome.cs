namespace Ftte.PostgreSql;

/// <summary>Specifies the result of writing the answer to a survey.</summary>
internal enum AnswerOutcome
{
    /// <summary>Another buffer is the current one, so the survey may have ended.</summary>
    Later,

    /// <summary>The client has answered before.</summary>
    Known,

    /// <summary>The answer is in the database.</summary>
    Written,
}
