namespace Ftte;

/// <summary>Represents a federated server in this process that hands out its immutable model instead of filling a buffer, for the endpoints of a transport.</summary>
/// <remarks>
/// <see cref="IFederatedServer.CheckOutAsync"/> copies the parameters into the buffer of a device. An endpoint has no such buffer: with this interface it sends the parameters
/// from the snapshot that all devices share. All members may be called from any thread.
/// </remarks>
public interface ISnapshotServer : IFederatedServer
{
    /// <summary>Gets the latest published version.</summary>
    ModelSnapshot Current { get; }

    /// <summary>Requests work for a device. The same as <see cref="IFederatedServer.CheckOutAsync"/>, without a copy of the parameters.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The response and, if work was assigned, the model to send.</returns>
    ValueTask<SnapshotCheckOut> CheckOutSnapshotAsync(CheckOutRequest request, CancellationToken cancellationToken = default);

    /// <summary>Waits until a request for work that was answered with <see cref="CheckOutOutcome.Busy"/> may have another answer.</summary>
    /// <param name="client">The client.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>A task that completes then. Another client may be faster, so the next answer may be <see cref="CheckOutOutcome.Busy"/> again.</returns>
    ValueTask WaitForWorkAsync(ClientId client, CancellationToken cancellationToken = default);
}
