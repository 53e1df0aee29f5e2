namespace Ftte.LoadTest;

/// <summary>Makes one call at a time: takes the device that has waited longest, checks out or submits for it, and puts it back.</summary>
internal sealed class Worker(DeviceConnection connection, UpdateTemplate template, DeviceQueue devices, TimeProvider time)
{
    private readonly Dictionary<UpdateOutcome, long> _rejected = [];

    public Latencies CheckOuts { get; } = new();

    public Latencies Submits { get; } = new();

    /// <summary>Gets the number of updates that the server acknowledged as accepted.</summary>
    public long Accepted { get; private set; }

    /// <summary>Gets the number of times that the server was busy or a device had to wait.</summary>
    public long Busy { get; private set; }

    /// <summary>Gets the number of calls that failed. A device repeats a failed call with the same bytes.</summary>
    public long Failed { get; private set; }

    public string? LatestFailure { get; private set; }

    /// <summary>Gets the number of updates that were rejected, by reason.</summary>
    public IReadOnlyDictionary<UpdateOutcome, long> Rejected => _rejected;

    /// <summary>Makes calls until it is stopped. A call in progress is completed, so that no answer is missed.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && devices.TryTake(out SimulatedDevice? device))
        {
            await CallAsync(device);
            devices.Return(device);
        }
    }

    /// <summary>Makes the next call of a device.</summary>
    public async Task CallAsync(SimulatedDevice device)
    {
        try
        {
            await (device.Assignment is null ? CheckOutAsync(device) : SubmitAsync(device));
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            Failed++;
            LatestFailure = error.Message;
        }
    }

    private async Task CheckOutAsync(SimulatedDevice device)
    {
        long began = time.GetTimestamp();
        CheckOutOutcome outcome = await connection.CheckOutAsync(device);
        if (outcome == CheckOutOutcome.Busy)
        {
            Busy++;
            await Task.Delay(TimeSpan.FromMilliseconds(1), time);
            return;
        }

        CheckOuts.Add(time.GetElapsedTime(began));
    }

    private async Task SubmitAsync(SimulatedDevice device)
    {
        long began = time.GetTimestamp();
        UpdateOutcome outcome = await connection.SubmitAsync(device, template);
        if (outcome == UpdateOutcome.Busy)
        {
            Busy++;
            return;
        }

        Submits.Add(time.GetElapsedTime(began));
        device.Assignment = null;

        // A duplicate is an update whose first answer did not arrive.
        if (outcome is UpdateOutcome.Buffered or UpdateOutcome.Published or UpdateOutcome.Duplicate)
        {
            Accepted++;
        }
        else
        {
            _rejected[outcome] = _rejected.GetValueOrDefault(outcome) + 1;
        }
    }
}
