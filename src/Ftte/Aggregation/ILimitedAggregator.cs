namespace Ftte.Aggregation;

/// <summary>Represents an aggregator that limits how often a client contributes, such as one with differential privacy.</summary>
/// <remarks>
/// The server assigns training only to clients that may contribute, so that no device trains in vain. An update that arrives although its client may not contribute is rejected with
/// <see cref="UpdateOutcome.ParticipationLimit"/>. Members may be called from any thread.
/// </remarks>
public interface ILimitedAggregator : IAsyncAggregator
{
    /// <summary>Gets a value that indicates whether devices may be asked to measure importance for the next selection.</summary>
    /// <value>False if the versions must not depend on anything else that clients send. A server with importance surveys then throws an <see cref="ArgumentException"/> when it is created.</value>
    bool AllowsSurveys { get; }

    /// <summary>Gets the reason why no client may contribute any more, as a complete sentence; null while training continues.</summary>
    /// <value>Changes once, when a version is published or refused. The server then assigns no more training and logs the reason.</value>
    string? EndReason { get; }

    /// <summary>Determines whether a client may contribute to the next version.</summary>
    /// <param name="client">The client.</param>
    /// <returns>The status. A client that may contribute now may also contribute to a later version, if it did not contribute in between.</returns>
    ParticipationStatus GetParticipation(ClientId client);
}
