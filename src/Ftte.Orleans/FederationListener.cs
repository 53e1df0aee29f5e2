using Microsoft.Extensions.Hosting;

namespace Ftte.Orleans;

/// <summary>Keeps the version of a silo current, and the publisher of the federation active.</summary>
internal sealed class FederationListener(LocalFederation federation, IGrainFactory grains) : BackgroundService
{
    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(ListenAsync(stoppingToken), RefreshAsync(stoppingToken));

    /// <summary>Reads the database when it reports a publication.</summary>
    private async Task ListenAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await federation.LoadAsync(stopping).ConfigureAwait(false);
                void Load() => _ = LoadAsync(stopping);
                await federation.Store.ListenAsync(Load, Load, stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever failed, the silo listens again. An exception would end the silo.
            catch (Exception error)
#pragma warning restore CA1031
            {
                ClusterLog.ReadFailed(federation.Logger, federation.Name, error.Message);
            }

            await PauseAsync(stopping).ConfigureAwait(false);
        }
    }

    /// <summary>Reads the database regularly, because a notification can be lost, and calls the publisher, so that it is activated again after its silo has failed.</summary>
    private async Task RefreshAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await PauseAsync(stopping).ConfigureAwait(false);
            await LoadAsync(stopping).ConfigureAwait(false);
            try
            {
                await grains.GetGrain<IPublisherGrain>(federation.Name).GetStatusAsync().WaitAsync(stopping).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // The next call activates the publisher.
            catch (Exception error)
#pragma warning restore CA1031
            {
                ClusterLog.PublisherSilent(federation.Logger, federation.Name, error.Message);
            }
        }
    }

    private async Task LoadAsync(CancellationToken stopping)
    {
        try
        {
            await federation.LoadAsync(stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // As above.
        catch (Exception error)
#pragma warning restore CA1031
        {
            ClusterLog.ReadFailed(federation.Logger, federation.Name, error.Message);
        }
    }

    private async Task PauseAsync(CancellationToken stopping)
    {
        try
        {
            await Task.Delay(federation.Cluster.RefreshInterval, federation.Time, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }
    }
}
