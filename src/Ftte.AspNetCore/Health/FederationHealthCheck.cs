using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Ftte.AspNetCore.Health;

/// <summary>Checks a federated server: whether it runs, its store, its queue, the parts of a cluster, the age of its version, and the disk of its store.</summary>
/// <param name="getServer">Returns the server. If it cannot be created, the check fails with the reason.</param>
/// <param name="options">The limits.</param>
/// <param name="getFreeBytes">Returns the free space of the disk with a folder.</param>
internal sealed class FederationHealthCheck(Func<IServerStatusSource> getServer, FtteHealthOptions options, Func<string, long> getFreeBytes) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        FederatedServerStatus status = await getServer().GetStatusAsync(cancellationToken).ConfigureAwait(false);
        var data = new Dictionary<string, object>
        {
            ["version"] = status.Version.Number,
            ["secondsSincePublication"] = status.SincePublication.TotalSeconds,
            ["queueLength"] = status.QueueLength,
            ["devicesAtWork"] = status.DevicesAtWork,
            ["knownClients"] = status.KnownClients,
        };
        var faults = new List<string>(status.Warnings);
        bool isUnhealthy = status.IsStopped || status.StoreFault is not null;
        if (status.IsStopped)
        {
            faults.Add("The server was stopped.");
        }

        if (status.StoreFault is { } fault)
        {
            faults.Add($"The store fails: {fault.Message}");
        }

        if (status.QueueLength >= options.MaxQueueShare * status.QueueCapacity)
        {
            faults.Add(Text($"{status.QueueLength} of at most {status.QueueCapacity} updates wait in the queue."));
        }

        if (options.MaxVersionAge is { } maxAge && status.SincePublication > maxAge && !status.IsTrainingEnded)
        {
            faults.Add(Text($"No version was published for {status.SincePublication.TotalMinutes:F0} minutes. The log states the reason if devices are the cause."));
        }

        if (options.Folder is { } folder)
        {
            CheckDisk(folder, data, faults);
        }

        HealthStatus result = isUnhealthy ? context.Registration.FailureStatus : faults.Count > 0 ? HealthStatus.Degraded : HealthStatus.Healthy;
        return new HealthCheckResult(result, faults.Count > 0 ? string.Join(' ', faults) : Text($"Version {status.Version}."), data: data);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private void CheckDisk(string folder, Dictionary<string, object> data, List<string> faults)
    {
        try
        {
            long free = getFreeBytes(folder);
            data["freeBytes"] = free;
            if (free < options.MinFreeBytes)
            {
                faults.Add(Text($"{free} bytes are free on the disk of '{folder}'; at least {options.MinFreeBytes} should be."));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            faults.Add($"The disk of '{folder}' cannot be checked: {error.Message}");
        }
    }
}
