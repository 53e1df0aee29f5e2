namespace Ftte.Privacy.SecureAggregation;

/// <summary>Represents a refused message of secure aggregation, or a cohort that failed.</summary>
/// <remarks>The update was not revealed. The device loop treats the exception as a broken link: the update goes into another cohort.</remarks>
public sealed class SecureAggregationException : IOException
{
    /// <summary>Creates an exception.</summary>
    /// <param name="refusal">The reason.</param>
    /// <param name="message">What is wrong, and what to do.</param>
    /// <param name="innerException">The cause; null if there is none.</param>
    public SecureAggregationException(CohortRefusal refusal, string message, Exception? innerException = null)
        : base(message, innerException) => Refusal = refusal;

    /// <summary>Gets the reason.</summary>
    public CohortRefusal Refusal { get; }
}
