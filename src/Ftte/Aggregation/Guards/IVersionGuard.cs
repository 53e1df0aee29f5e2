namespace Ftte.Aggregation;

/// <summary>Decides whether a version may be published: the last check before every device trains on it.</summary>
/// <remarks>
/// <para>Values that are NaN or infinite are refused before the guard is asked. The default is <see cref="StepGuard"/>; an app that has data on its
/// server can evaluate the candidate and refuse one that lost too much.</para>
/// <para>Pure: the same arguments give the same answer. Called from one thread at a time. Updates wait while it runs. An exception refuses the version.</para>
/// </remarks>
public interface IVersionGuard
{
    /// <summary>Checks a version before it is published.</summary>
    /// <param name="current">The version that devices have now.</param>
    /// <param name="candidate">The version that would replace it. It is not published yet, and may never be.</param>
    /// <param name="step">Measurements of the step between the two.</param>
    /// <returns>Null to publish the candidate; otherwise the reason for the log, in complete sentences.</returns>
    string? Check(ModelSnapshot current, ModelSnapshot candidate, in StepStatistics step);
}
