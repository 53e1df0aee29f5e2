using System.Collections.Immutable;

namespace Ftte.AspNetCore.Status;

/// <summary>Represents what the status page shows at one moment.</summary>
internal sealed record StatusSnapshot
{
    /// <summary>Gets the name of the federation; null if it has none.</summary>
    public required string? Name { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>Gets the time since the app started to count.</summary>
    public required TimeSpan Since { get; init; }

    public required FederatedServerStatus Server { get; init; }

    public required long PublishedVersions { get; init; }

    public required ImmutableArray<EvaluationPoint> Evaluations { get; init; }

    /// <summary>Gets the devices that were seen last.</summary>
    public required ImmutableArray<KnownClient> Clients { get; init; }

    public required KeyValuePair<string, long>[] Ages { get; init; }

    public required KeyValuePair<string, long>[] Weights { get; init; }

    /// <summary>Gets the number of updates by their outcome.</summary>
    public required KeyValuePair<string, long>[] Updates { get; init; }

    /// <summary>Gets the number of requests for work by their outcome.</summary>
    public required KeyValuePair<string, long>[] CheckOuts { get; init; }

    /// <summary>Gets the number of requests that were rejected, by the reason of the protocol.</summary>
    public required KeyValuePair<string, long>[] Rejections { get; init; }

    public required long ReceivedBytes { get; init; }

    public required long SentBytes { get; init; }
}
