namespace Ftte.Http.Tests;

/// <summary>Counts the calls that wait for work at a server.</summary>
internal sealed class ObservedServer(FederatedServer server) : ISnapshotServer
{
    private int _waiting;

    public ModelSnapshot Current => server.Current;

    public ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default) =>
        server.CheckOutAsync(request, parameters, cancellationToken);

    public ValueTask<SnapshotCheckOut> CheckOutSnapshotAsync(CheckOutRequest request, CancellationToken cancellationToken = default) =>
        server.CheckOutSnapshotAsync(request, cancellationToken);

    public ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default) => server.SubmitAsync(update, cancellationToken);

    public async ValueTask WaitForWorkAsync(ClientId client, CancellationToken cancellationToken = default)
    {
        ValueTask waiting = server.WaitForWorkAsync(client, cancellationToken);
        Interlocked.Increment(ref _waiting);
        try
        {
            await waiting;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Waits until a number of calls wait for work.</summary>
    public async Task ReachAsync(int waiting)
    {
        while (Volatile.Read(ref _waiting) != waiting)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }
    }
}
