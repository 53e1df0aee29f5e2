using System.Collections.Immutable;
using Ftte.Aggregation;
using Ftte.Storage;

namespace Ftte;

/// <summary>Represents the status of a federated server at one moment, for health checks and status pages.</summary>
/// <remarks>Immutable, so it may be read from any thread.</remarks>
public sealed record FederatedServerStatus
{
    /// <summary>Gets the current version.</summary>
    public ModelVersion Version { get; init; }

    /// <summary>Gets the number of parameters of the model.</summary>
    public int ParameterCount { get; init; }

    /// <summary>Gets the time since the last version was published, or since the server started.</summary>
    public TimeSpan SincePublication { get; init; }

    /// <summary>Gets the number of updates that wait for the aggregator.</summary>
    public int QueueLength { get; init; }

    /// <summary>Gets the maximum number of updates that wait for the aggregator; see <see cref="FederatedServerOptions.QueueCapacity"/>.</summary>
    public int QueueCapacity { get; init; }

    /// <summary>Gets the number of devices at work, by their leases.</summary>
    public int DevicesAtWork { get; init; }

    /// <summary>Gets the number of clients that have used their share of the current buffer and receive no training until the next version.</summary>
    public int WaitingClients { get; init; }

    /// <summary>Gets the number of clients of which the server has a record.</summary>
    public int KnownClients { get; init; }

    /// <summary>Gets a value that indicates whether the server was stopped.</summary>
    public bool IsStopped { get; init; }

    /// <summary>Gets a value that indicates whether the server assigns no more training; see <see cref="FederatedServer.IsTrainingEnded"/>.</summary>
    public bool IsTrainingEnded { get; init; }

    /// <summary>Gets the reason why the store accepts no commits; null if it works or the server has no store.</summary>
    public StoreException? StoreFault { get; init; }

    /// <summary>Gets the latest version that the guard refused; null if none was refused.</summary>
    public VersionRefusal? LatestRefusal { get; init; }

    /// <summary>Gets the latest evaluation by devices; null before the first has closed.</summary>
    public FederatedEvaluation? LatestEvaluation { get; init; }

    /// <summary>Gets the parts of a cluster that do not work at the moment, and what this means for devices, as sentences.</summary>
    /// <value>Empty if all parts work, or the server is a single process.</value>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Gets the shards of a cluster, in ascending order.</summary>
    /// <value>Empty if the server is a single process.</value>
    public ImmutableArray<ServerPart> Parts { get; init; } = [];
}
