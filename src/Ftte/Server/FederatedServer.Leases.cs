namespace Ftte;

/// <content>Renews leases.</content>
public sealed partial class FederatedServer
{
    /// <inheritdoc />
    /// <remarks>A lease is renewed at most <see cref="FederatedServerOptions.MaxLeaseRenewals"/> times, so that a device whose training hangs does not keep its place.</remarks>
    public async ValueTask<bool> RenewLeaseAsync(ClientId client, UpdateId assignment, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_stopping || IsStoreFailing || !_dispatcher.Admits(client) || !_dispatcher.Renew(client, assignment))
        {
            return false;
        }

        return _journal is null || await _journal.WhenCommitted.WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
