using System.Collections.Immutable;

namespace Ftte.Simulation;

/// <summary>Represents what a run cost the devices of one group: computing, traffic and energy.</summary>
/// <param name="Group">The name of the group.</param>
/// <param name="Devices">The number of devices in the group.</param>
/// <param name="Contributors">The number of devices with at least one accepted update.</param>
/// <param name="Trips">The number of jobs that ended.</param>
/// <param name="Accepted">The number of jobs with an accepted update.</param>
/// <param name="BytesUp">The bytes that the devices sent.</param>
/// <param name="BytesDown">The bytes that the devices received.</param>
/// <param name="MultiplyAdds">The multiply-adds that the devices computed.</param>
/// <param name="Joules">The energy that the devices consumed for these jobs, in joules.</param>
/// <remarks>
/// The energy of a job is the time of its computation at the device's <see cref="SimulatedDevice.MultiplyAddsPerSecond"/> times <see cref="SimulatedDevice.ComputeWatts"/>, plus the time of its
/// transfers times <see cref="SimulatedDevice.RadioWatts"/>. Latencies, check-outs without an assignment and idle time consume nothing. A device that is slow because other programs use it
/// (a straggler) consumes its power for the longer time.
/// </remarks>
public sealed record GroupCosts(
    string Group, int Devices, int Contributors, long Trips, long Accepted, long BytesUp, long BytesDown, long MultiplyAdds, double Joules)
{
    /// <summary>Computes the costs of each group.</summary>
    /// <param name="result">The result of the run.</param>
    /// <param name="devices">The devices of the run, in their order.</param>
    /// <param name="group">Returns the group of a device; null for its kind, with stragglers apart.</param>
    /// <param name="until">The virtual time up to which jobs are counted, such as that of a target; null for the whole run. Jobs that end later are not counted.</param>
    /// <returns>The groups, in the order of their first devices.</returns>
    /// <exception cref="ArgumentException">The run has a job of a device that is not among the devices.</exception>
    public static ImmutableArray<GroupCosts> Of(
        SimulationResult result, ImmutableArray<SimulatedDevice> devices, Func<SimulatedDevice, string>? group = null, TimeSpan? until = null)
    {
        ArgumentNullException.ThrowIfNull(result);
        int last = result.Jobs.IsDefaultOrEmpty ? -1 : result.Jobs.Max(job => job.Device), count = devices.IsDefault ? 0 : devices.Length;
        if (last >= count)
        {
            throw new ArgumentException($"The run has a job of the device at index {last}, but there are {count} devices. Specify the devices of the run.", nameof(devices));
        }

        if (count == 0)
        {
            return [];
        }

        group ??= static device => device.IsStraggler ? $"{device.Kind}, straggler" : device.Kind;
        ILookup<int, JobRecord> jobs = result.Jobs.Where(job => until is null || job.End <= until).ToLookup(job => job.Device);
        return [.. devices.Index().GroupBy(each => group(each.Item)).Select(each => Sum(each.Key, [.. each], jobs))];
    }

    private static GroupCosts Sum(string name, (int Index, SimulatedDevice Item)[] members, ILookup<int, JobRecord> jobs)
    {
        var sum = new GroupCosts(name, members.Length, 0, 0, 0, 0, 0, 0, 0);
        foreach ((int index, SimulatedDevice device) in members)
        {
            long accepted = sum.Accepted;
            foreach (JobRecord job in jobs[index])
            {
                sum = sum with
                {
                    Trips = sum.Trips + 1,
                    Accepted = sum.Accepted + (job.Outcome == JobOutcome.Accepted ? 1 : 0),
                    BytesUp = sum.BytesUp + job.BytesUp,
                    BytesDown = sum.BytesDown + job.BytesDown,
                    MultiplyAdds = sum.MultiplyAdds + job.MultiplyAdds,
                    Joules = sum.Joules + JoulesOf(device, job),
                };
            }

            sum = sum with { Contributors = sum.Contributors + (sum.Accepted > accepted ? 1 : 0) };
        }

        return sum;
    }

    private static double JoulesOf(SimulatedDevice device, JobRecord job) =>
        (device.ComputeWatts * job.MultiplyAdds / device.MultiplyAddsPerSecond)
        + (device.RadioWatts * ((job.BytesDown / device.DownloadBytesPerSecond) + (job.BytesUp / device.UploadBytesPerSecond)));
}
