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
        TimeSpan half = assignment.LeaseDuration / 2;
        try
        {
            bool isRenewed = true;
            while (isRenewed)
            {
                await Task.Delay(half > MinInterval ? half : MinInterval, time, ended).ConfigureAwait(false);
                isRenewed = await server.RenewLeaseAsync(assignment.Client, assignment.UpdateId, ended).ConfigureAwait(false);
                Log.LeaseRenewed(logger, assignment.Client, assignment.UpdateId, isRenewed);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The work has ended.
        }
#pragma warning disable CA1031 // Whatever breaks the link, the work continues.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.LeaseNotRenewed(logger, error, assignment.Client, assignment.UpdateId);
        }
    }
}
