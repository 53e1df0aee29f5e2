namespace Ftte;

/// <summary>Represents a federated server whose leases can be renewed, so that a device that works longer than a lease still counts as at work.</summary>
/// <remarks>
/// Optional: <see cref="FederatedClient"/> renews if its server, or the proxy of its server, implements this interface. Without renewals, another device may be asked in its place;
/// its update still counts.
/// </remarks>
public interface ILeaseServer : IFederatedServer
{
    /// <summary>Renews the lease of an assignment for another <see cref="TrainingAssignment.LeaseDuration"/>.</summary>
    /// <param name="client">The client.</param>
    /// <param name="assignment">The ID of the assignment, <see cref="TrainingAssignment.UpdateId"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>True if the lease was renewed; false if it has ended, or was renewed as often as the server allows.</returns>
    ValueTask<bool> RenewLeaseAsync(ClientId client, UpdateId assignment, CancellationToken cancellationToken = default);
}
