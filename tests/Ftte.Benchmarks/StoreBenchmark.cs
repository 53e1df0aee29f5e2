using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Ftte.Aggregation;
using Ftte.Samples.Shared;
using Ftte.Selection;
using Ftte.Sqlite;
using Ftte.Storage;
using Ftte.Wire;

namespace Ftte.Benchmarks;

/// <summary>Durable updates per second of a server with an SQLite store, next to the same server without a store.</summary>
/// <remarks>
/// Devices are tasks in this process. Each checks out, and submits 20,000 coordinates that were decoded from int8, so that an update requires two answers and both are durable.
/// Every commit flushes the write-ahead log once. The CPU time includes the devices.
/// </remarks>
internal static class StoreBenchmark
{
    private const int Coordinates = 20_000;
    private const int Capacity = 64;

    public static int Run(string[] args)
    {
        Arguments arguments = Arguments.Parse(args, "--folder", "--devices", "--seconds", "--json", "--quick");
        int devices = arguments.Number("--devices", 256, Capacity, 10_000);
        int seconds = arguments.Number("--seconds", arguments.IsQuick ? 1 : 10, 1, 3600);
        string root = arguments.Text("--folder") ?? Path.GetTempPath();
        if (!Directory.Exists(root))
        {
            throw new InputException($"--folder {root}: the folder does not exist. Specify a folder on the disk to measure.");
        }

        string folder = Path.Combine(root, $"ftte-store-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        try
        {
            Row memory = MeasureAsync(null, devices, TimeSpan.FromSeconds(seconds)).GetAwaiter().GetResult();
            Row durable = MeasureAsync(Path.Combine(folder, "store.db"), devices, TimeSpan.FromSeconds(seconds)).GetAwaiter().GetResult();
            Print("without a store", memory);
            Print("SQLite", durable);
            arguments.Save(JsonSerializer.Serialize(new { devices, seconds, coordinates = Coordinates, memory, durable }, JsonSerializerOptions.Web));
            return ExitCode.Done;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Print(string name, Row row) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name,-16} {row.UpdatesPerSecond,8:N0} updates/s, {row.CommitsPerSecond,6:N0} commits/s, {row.RecordBytesPerUpdate / 1000,6:N1} kB of records and {row.DiskBytesPerUpdate / 1000,6:N1} kB to the disk per update, {row.CpuMicrosecondsPerUpdate,6:N0} us CPU per update, p99 {row.SubmitP99Ms:N1} ms"));

    private static async Task<Row> MeasureAsync(string? path, int devices, TimeSpan duration)
    {
        ParameterLayout layout = ParameterLayout.Create(("w", [Coordinates]));
        var selections = new SelectionHistory(ParameterSelection.Full(layout));
        var aggregator = new BufferedAggregator(new ModelSnapshot(layout, default, new float[Coordinates]), selections, new BufferedAggregatorOptions { Capacity = Capacity, MaxUpdatesPerClient = 8 });
        var options = new FederatedServerOptions { QueueCapacity = devices };
        await using CountingStore? store = path is null ? null : new CountingStore(new SqliteStore(path));
        await using FederatedServer server = store is null
            ? new FederatedServer(aggregator, selections, options)
            : await FederatedServer.ResumeAsync(await StoredRun.LoadAsync(store), aggregator, selections, options);
        float[][] values = [.. Enumerable.Range(0, 16).Select(seed => Int8Values(layout, seed))];
        using var stop = new CancellationTokenSource();
        var latencies = new ConcurrentBag<TimeSpan>();
        long commitsBefore = store?.Commits ?? 0, recordBytesBefore = store?.RecordBytes ?? 0, writtenBefore = WrittenBytes(), cpuBefore = Environment.CpuUsage.TotalTime.Ticks, began = TimeProvider.System.GetTimestamp();
        Task<long>[] working = [.. Enumerable.Range(0, devices).Select(i => Task.Run(() => WorkAsync(server, new ClientId($"d{i}"), values[i % values.Length], latencies, stop.Token)))];
        await Task.Delay(duration, TimeProvider.System);
        await stop.CancelAsync();
        long updates = (await Task.WhenAll(working)).Sum();
        double seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        TimeSpan[] sorted = [.. latencies.Order()];
        return new Row(
            updates / seconds,
            ((store?.Commits ?? 0) - commitsBefore) / seconds,
            ((store?.RecordBytes ?? 0) - recordBytesBefore) / (double)Math.Max(1, updates),
            (WrittenBytes() - writtenBefore) / (double)Math.Max(1, updates),
            (Environment.CpuUsage.TotalTime.Ticks - cpuBefore) / (double)TimeSpan.TicksPerMicrosecond / Math.Max(1, updates),
            sorted.Length == 0 ? 0 : sorted[(int)(0.99 * (sorted.Length - 1))].TotalMilliseconds);
    }

    private static async Task<long> WorkAsync(FederatedServer server, ClientId client, float[] values, ConcurrentBag<TimeSpan> latencies, CancellationToken stop)
    {
        float[] parameters = new float[Coordinates];
        long accepted = 0;
        (ModelVersion Version, ulong Fingerprint)? held = null;
        while (!stop.IsCancellationRequested)
        {
            CheckOutResponse answer = await server.CheckOutAsync(
                new CheckOutRequest(client, 1 << 20, server.Current.Layout.Fingerprint, held?.Version, HeldFingerprint: held?.Fingerprint ?? 0), parameters, CancellationToken.None);
            if (answer.Assignment is not { } assignment)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
                continue;
            }

            held = (assignment.Version, assignment.ModelFingerprint);
            using SparseUpdate update = SparseUpdate.Create(assignment.CreateHeader(1), values);
            long began = TimeProvider.System.GetTimestamp();
            UpdateReceipt receipt = await server.SubmitAsync(update, CancellationToken.None);
            latencies.Add(TimeProvider.System.GetElapsedTime(began));
            accepted += receipt.Outcome is UpdateOutcome.Buffered or UpdateOutcome.Published ? 1 : 0;
        }

        return accepted;
    }

    private static float[] Int8Values(ParameterLayout layout, int seed)
    {
        var random = new Random(seed);
        var header = new UpdateHeader(new ClientId("a"), default, layout.Fingerprint, default, default, 1);
        using SparseUpdate update = SparseUpdate.Create(header, [.. Enumerable.Range(0, Coordinates).Select(_ => random.NextSingle() - 0.5f)]);
        var message = new ArrayBufferWriter<byte>();
        UpdateMessage.Write(message, update, ValueFormat.Int8, (ulong)seed);
        using SparseUpdate decoded = UpdateMessage.Read(message.WrittenSpan);
        return decoded.Values.ToArray();
    }

    /// <summary>Returns the number of bytes that this process caused to be written to disks; 0 where the system does not count them.</summary>
    private static long WrittenBytes() => File.Exists("/proc/self/io")
        ? long.Parse(File.ReadLines("/proc/self/io").Single(line => line.StartsWith("write_bytes", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture)
        : 0;

    private sealed record Row(double UpdatesPerSecond, double CommitsPerSecond, double RecordBytesPerUpdate, double DiskBytesPerUpdate, double CpuMicrosecondsPerUpdate, double SubmitP99Ms);

    private sealed class CountingStore(SqliteStore store) : IServerStore
    {
        public long Commits { get; private set; }

        public long RecordBytes { get; private set; }

        public ValueTask<StoreContent> LoadAsync(CancellationToken cancellationToken = default) => store.LoadAsync(cancellationToken);

        public async ValueTask CommitAsync(StoreBatch batch, CancellationToken cancellationToken = default)
        {
            await store.CommitAsync(batch, cancellationToken);
            Commits++;
            RecordBytes += batch.Records.Sum(record => (long)record.Bytes.Length);
        }

        public ValueTask DisposeAsync() => store.DisposeAsync();
    }
}
