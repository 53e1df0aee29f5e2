namespace Ftte.LoadTest;

/// <summary>Runs devices against a coordinator or a cluster.</summary>
internal sealed class LoadRun(LoadOptions options, Workload workload, Deployment servers, TimeProvider time, TextWriter log)
{
    private const int CallsPerConnection = 16, Templates = 16;
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1), ReportInterval = TimeSpan.FromSeconds(Console.IsErrorRedirected ? 10 : 1);

    /// <summary>Runs until the duration is over or the token is canceled, waits for the answers of the calls in progress, kills the servers and reads their store.</summary>
    public async Task<LoadResult> RunAsync(CancellationToken cancellationToken)
    {
        var devices = new DeviceQueue(options.Devices);
        HttpClient[] clients = [.. Enumerable.Range(0, (options.Calls + CallsPerConnection - 1) / CallsPerConnection).Select(servers.CreateClient)];
        UpdateTemplate[] templates = [.. Enumerable.Range(0, Templates).Select(seed => UpdateTemplate.Create(workload.Layout, new SimulatedDevice(0).Client, seed))];
        Worker[] workers = [.. Enumerable.Range(0, options.Calls + 1).Select(i => new Worker(
            new DeviceConnection(clients[i % clients.Length], workload.Layout, options.Downloads), templates[i % Templates], devices, time))];
        Worker first = workers[^1];
        workers = workers[..^1];
        await WarmUpAsync(first);
        ServerUsage serverBefore = await servers.GetUsageAsync(), clientBefore = ServerUsage.Read();
        double databaseBefore = servers.GetDatabaseSeconds();
        long began = time.GetTimestamp();
        using var stop = new CancellationTokenSource();
        Task running = Task.WhenAll(workers.Select(worker => Task.Run(() => worker.RunAsync(stop.Token))));
        await WatchAsync(workers, began, cancellationToken);
        await stop.CancelAsync();
        await running;
        double seconds = time.GetElapsedTime(began).TotalSeconds;
        ServerUsage server = await servers.GetUsageAsync(), client = ServerUsage.Read();
        Array.ForEach(clients, client => client.Dispose());
        double database = servers.GetDatabaseSeconds() - databaseBefore;
        long stored = await servers.CountStoredAsync();
        double cpu = seconds * Environment.ProcessorCount;
        return LoadResult.Create(
            options.Devices,
            first,
            workers,
            stored,
            seconds,
            peakRssBytes: server.PeakRssBytes,
            addedRssBytes: server.PeakRssBytes - serverBefore.RssBytes,
            databaseCpuShare: database / cpu,
            serverCpuShare: (server.CpuSeconds - serverBefore.CpuSeconds) / cpu,
            clientCpuShare: (client.CpuSeconds - clientBefore.CpuSeconds) / cpu);
    }

    /// <summary>Makes one round of one further device, after which most methods are compiled. It counts as an update, but its time does not.</summary>
    private async Task WarmUpAsync(Worker worker)
    {
        var device = new SimulatedDevice(options.Devices);
        await worker.CallAsync(device);
        await worker.CallAsync(device);
        if (worker.Accepted != 1)
        {
            throw new IOException($"The first update was not accepted. {worker.LatestFailure ?? string.Join(", ", worker.Rejected.Keys)}");
        }
    }

    private async Task WatchAsync(Worker[] workers, long began, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(CheckInterval, time);
        TimeSpan reported = TimeSpan.Zero;
        try
        {
            for (TimeSpan elapsed; (elapsed = time.GetElapsedTime(began)) < options.Duration; await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (servers.HasExited)
                {
                    throw new IOException("A server ended during the run. Its error output above states the reason.");
                }

                if (elapsed - reported >= ReportInterval)
                {
                    reported = elapsed;
                    long accepted = workers.Sum(worker => worker.Accepted);
                    log.WriteLine(FormattableString.Invariant(
                        $"{elapsed.TotalSeconds:N0} s: {accepted:N0} updates, {accepted / elapsed.TotalSeconds:N0} per second, {workers.Sum(worker => worker.Failed):N0} failed calls, {(options.Duration - elapsed).TotalSeconds:N0} s left"));
                }
            }
        }
        catch (OperationCanceledException)
        {
            log.WriteLine("Stopping: waiting for the calls in progress.");
        }
    }
}
