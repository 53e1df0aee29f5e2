using System.Text.Json.Serialization;

namespace Ftte.LoadTest;

/// <summary>Represents what a load test measured.</summary>
/// <param name="Devices">The number of devices.</param>
/// <param name="UpdatesAccepted">The number of updates that the coordinator acknowledged as accepted.</param>
/// <param name="UpdatesLost">The number of acknowledged updates that are missing in the store of the killed coordinator.</param>
/// <param name="UpdatesPerSecond">The acknowledged updates per second.</param>
/// <param name="CheckoutP50Ms">The median duration of a check-out with its download, in milliseconds.</param>
/// <param name="CheckoutP99Ms">The duration that 99 % of the check-outs do not exceed, in milliseconds.</param>
/// <param name="SubmitP99Ms">The duration that 99 % of the uploads do not exceed, in milliseconds.</param>
/// <param name="ServerPeakRssBytes">The maximum resident memory of the coordinator, or of the silo with the most, in bytes.</param>
/// <param name="ServerBytesPerDevice">The resident memory that was added after the start, at its maximum, divided by the number of devices.</param>
/// <param name="ServerCpuShare">The CPU time of the coordinator or of all silos as a share of that of all processors.</param>
/// <param name="DatabaseCpuShare">The CPU time of the PostgreSQL server as a share of that of all processors; 0 without one.</param>
/// <param name="ClientCpuShare">The CPU time of the devices as a share of that of all processors.</param>
internal sealed record LoadResult(
    int Devices,
    long UpdatesAccepted,
    long UpdatesLost,
    double UpdatesPerSecond,
    double CheckoutP50Ms,
    double CheckoutP99Ms,
    double SubmitP99Ms,
    long ServerPeakRssBytes,
    long ServerBytesPerDevice,
    double ServerCpuShare,
    double DatabaseCpuShare,
    double ClientCpuShare)
{
    /// <summary>Gets the number of updates in the store.</summary>
    [JsonIgnore]
    public long UpdatesStored { get; private init; }

    /// <summary>Gets what did not go as planned, one line each.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Remarks { get; private init; } = [];

    /// <summary>Computes the result.</summary>
    /// <param name="devices">The number of devices.</param>
    /// <param name="first">The worker that made the calls before the time began.</param>
    /// <param name="workers">The workers that made all others.</param>
    /// <param name="stored">The number of updates in the store.</param>
    /// <param name="seconds">The duration.</param>
    /// <param name="peakRssBytes">The maximum resident memory of the coordinator, or of the silo with the most, in bytes.</param>
    /// <param name="addedRssBytes">What of it was added after the start.</param>
    /// <param name="serverCpuShare">The share of the coordinator or of all silos.</param>
    /// <param name="databaseCpuShare">The share of the PostgreSQL server.</param>
    /// <param name="clientCpuShare">The share of the devices.</param>
    public static LoadResult Create(int devices, Worker first, Worker[] workers, long stored, double seconds, long peakRssBytes, long addedRssBytes, double serverCpuShare, double databaseCpuShare, double clientCpuShare)
    {
        Latencies checkOuts = new(), submits = new();
        foreach (Worker worker in workers)
        {
            checkOuts.Add(worker.CheckOuts);
            submits.Add(worker.Submits);
        }

        long inTime = workers.Sum(worker => worker.Accepted), accepted = first.Accepted + inTime;
        return new LoadResult(
            devices,
            accepted,
            Math.Max(0, accepted - stored),
            Math.Round(inTime / seconds, 1),
            checkOuts.Quantile(0.5),
            checkOuts.Quantile(0.99),
            submits.Quantile(0.99),
            peakRssBytes,
            Math.Max(0, addedRssBytes) / devices,
            Math.Round(serverCpuShare, 3),
            Math.Round(databaseCpuShare, 3),
            Math.Round(clientCpuShare, 3))
        {
            UpdatesStored = stored,
            Remarks = [.. DescribeRemarks(workers)],
        };
    }

    private static IEnumerable<string> DescribeRemarks(Worker[] workers)
    {
        if (workers.Sum(worker => worker.Busy) is > 0 and long busy)
        {
            yield return $"{busy:N0} calls found the coordinator busy and were repeated.";
        }

        if (workers.Sum(worker => worker.Failed) is > 0 and long failed)
        {
            yield return $"{failed:N0} calls failed and were repeated, such as: {workers.First(worker => worker.LatestFailure is not null).LatestFailure}";
        }

        foreach (var reason in workers.SelectMany(worker => worker.Rejected).GroupBy(rejected => rejected.Key, rejected => rejected.Value))
        {
            yield return $"{reason.Sum():N0} updates were rejected: {reason.Key}.";
        }
    }
}
