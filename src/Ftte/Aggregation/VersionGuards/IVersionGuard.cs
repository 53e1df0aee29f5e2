namespace Ftte.Aggregation;

/// <summary>Decides whether a version may be published. This is the last check before devices train on the version.</summary>
/// <remarks>
/// <para>A version with NaN or infinite values is refused before the guard is called. The default is <see cref="StepGuard"/>. An app with evaluation data on
/// its server can evaluate the candidate and refuse one with too low an accuracy.</para>
/// <para>Pure: the same arguments must return the same result. Called from one thread at a time. Updates wait while it runs. An exception refuses the version.</para>
/// </remarks>
public interface IVersionGuard
{
    /// <summary>Checks a version before it is published.</summary>
    /// <param name="current">The current version.</param>
    /// <param name="candidate">The version that would replace it. It is not published yet.</param>
    /// <param name="step">The measurements of the step between the two.</param>
    /// <returns>Null to publish the candidate; otherwise the reason for the log, in complete sentences.</returns>
    string? Check(ModelSnapshot current, ModelSnapshot candidate, in StepStatistics step);
}
