using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ftte.Hosting;

/// <summary>Runs the loop of a client while the app runs.</summary>
/// <remarks>
/// A server that shuts down is joined again. A server that refuses the device ends the loop, not the app: a refusal does not pass without the user or an administrator. Exceptions of the
/// trainer end the service; the host decides whether the app ends, too (<c>HostOptions.BackgroundServiceExceptionBehavior</c>).
/// </remarks>
internal sealed class HostedFtteClient(FederatedClient client, TimeProvider time, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan RejoinWait = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await client.RunAsync(stoppingToken).ConfigureAwait(false);
                await Task.Delay(RejoinWait, time, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The app stops.
        }
        catch (DeviceRefusedException refused)
        {
            HostingLog.Refused(logger, refused, refused.Message);
        }
    }
}
