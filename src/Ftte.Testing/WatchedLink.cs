namespace Ftte.Testing;

/// <summary>Passes calls on to the proxy under test and fails the fact if one of them does not end in time.</summary>
/// <param name="link">The proxy under test.</param>
/// <param name="limit">The time that a call may take.</param>
/// <param name="server">The server behind the proxy, which can tell how far the call came; null if it is another server.</param>
internal sealed class WatchedLink(IFederatedServer link, TimeSpan limit, ScriptedServer? server) : IFederatedServer
{
    /// <inheritdoc />
    public async ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default) =>
        await CallAsync(nameof(CheckOutAsync), () => link.CheckOutAsync(request, parameters, cancellationToken), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default) =>
        await CallAsync(nameof(SubmitAsync), () => link.SubmitAsync(update, cancellationToken), cancellationToken).ConfigureAwait(false);

    private Task<T> CallAsync<T>(string method, Func<ValueTask<T>> call, CancellationToken cancellationToken) =>
        Deadline.WaitAsync(() => call().AsTask(), limit, () => $"{method} to end{(cancellationToken.IsCancellationRequested ? ", although its token was canceled" : "")}. {server?.Status}".TrimEnd());
}
