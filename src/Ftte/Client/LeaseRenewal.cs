using Ftte.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Ftte;

/// <summary>Renews the lease of an assignment each time half of it has passed, until it is disposed.</summary>
/// <remarks>A failure is not reported to the caller: without the lease another device may be asked, but the update still counts.</remarks>
internal sealed class LeaseRenewal : IAsyncDisposable
{
    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ended = new();
    private readonly Task _loop;

    private LeaseRenewal(ILeaseServer server, TrainingAssignment assignment, TimeProvider time, ILogger logger) =>
        _loop = RunAsync(server, assignment, time, logger, _ended.Token);

    /// <summary>Starts to renew, if the server has leases that can be renewed.</summary>
    public static LeaseRenewal? Start(IFederatedServer server, TrainingAssignment assignment, TimeProvider time, ILogger logger) =>
        server is ILeaseServer leases ? new LeaseRenewal(leases, assignment, time, logger) : null;

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _ended.Dispose();
    }

    private static async Task RunAsync(ILeaseServer server, TrainingAssignment assignment, TimeProvider time, ILogger logger, CancellationToken ended)
    {
        TimeSpan half = assignment.LeaseDuration / 2, wait = half;
        try
        {
            bool? isRenewed;
            do
            {
                await Task.Delay(wait > MinInterval ? wait : MinInterval, time, ended).ConfigureAwait(false);
                isRenewed = await TryRenewAsync(server, assignment, logger, ended).ConfigureAwait(false);

                // After a failed call there is time for another attempt before the lease ends.
                wait = isRenewed is null ? half / 2 : half;
            }
            while (isRenewed != false);
        }
        catch (Exception) when (ended.IsCancellationRequested)
        {
            // The work has ended, and with it the call in progress.
        }
    }

    /// <summary>Makes an attempt.</summary>
    /// <returns>True if the lease was renewed, false if the server declined, null if the call failed.</returns>
    private static async Task<bool?> TryRenewAsync(ILeaseServer server, TrainingAssignment assignment, ILogger logger, CancellationToken ended)
    {
        try
        {
            bool isRenewed = await server.RenewLeaseAsync(assignment.Client, assignment.UpdateId, ended).ConfigureAwait(false);
            Log.LeaseRenewed(logger, assignment.Client, assignment.UpdateId, isRenewed);
            return isRenewed;
        }
        catch (Exception error) when (!ended.IsCancellationRequested)
        {
            Log.LeaseNotRenewed(logger, error, assignment.Client, assignment.UpdateId);
            return null;
        }
    }
}
