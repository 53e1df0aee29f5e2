using System.Collections.Immutable;
using System.Diagnostics.Metrics;

namespace Ftte;

/// <summary>Reports the status of a federated server to health checks and status pages, whether the server is one object or a cluster.</summary>
public interface IServerStatusSource
{
    /// <summary>Gets the meter of the server's instruments in this process.</summary>
    Meter Meter { get; }

    /// <summary>Returns the status of the server.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    ValueTask<FederatedServerStatus> GetStatusAsync(CancellationToken cancellationToken = default);

    /// <summary>Returns the clients that were seen last.</summary>
    /// <param name="max">The maximum number of clients, at least 1.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The clients, most recently seen first.</returns>
    ValueTask<ImmutableArray<KnownClient>> GetClientsAsync(int max, CancellationToken cancellationToken = default);
}
