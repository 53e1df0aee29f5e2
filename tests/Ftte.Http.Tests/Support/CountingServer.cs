using System.Collections.Concurrent;

namespace Ftte.Http.Tests;

/// <summary>Records the updates that made a version.</summary>
internal sealed class CountingServer(FederatedServer server) : ISnapshotServer
{
    public ConcurrentQueue<(ClientId, UpdateId)> Published { get; } = new();

    public ModelSnapshot Current => server.Current;

    public ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default) =>
        server.CheckOutAsync(request, parameters, cancellationToken);

    public ValueTask<SnapshotCheckOut> CheckOutSnapshotAsync(CheckOutRequest request, CancellationToken cancellationToken = default) =>
        server.CheckOutSnapshotAsync(request, cancellationToken);

    public ValueTask WaitForWorkAsync(ClientId client, CancellationToken cancellationToken = default) => server.WaitForWorkAsync(client, cancellationToken);

    public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        // Not canceled with the request: an update that was aggregated must be recorded, even if its device has gone.
        UpdateReceipt receipt = await server.SubmitAsync(update, CancellationToken.None);
        if (receipt.Outcome == UpdateOutcome.Published)
        {
            Published.Enqueue((update.Header.Client, update.Header.Id));
        }

        return receipt;
    }
}
