using Ftte;
using Ftte.PostgreSql;
using Ftte.Samples.Shared;
using Ftte.Storage;
using Ftte.TinyEngine;

namespace Cluster;

/// <summary>Runs the database, the silos and the devices, and reports the versions.</summary>
internal sealed class Session(ClusterOptions options, TextWriter output)
{
    private const int TestExamples = 500;
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    /// <summary>Runs until the last version or Ctrl+C.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (options.Kill > 0)
        {
            SiloGroup.Kill(options.Folder, options.Kill);
            output.WriteLine($"Killed silo {options.Kill}.");
            return ExitCode.Done;
        }

        string folder = Directory.CreateDirectory(options.Folder).FullName;
        await using Database database = await Database.StartAsync(folder, options.Port + (2 * options.Silos), cancellationToken);
        await using var silos = new SiloGroup(options with { Folder = folder }, database.ConnectionString, output);
        await silos.StartAsync(cancellationToken);
        output.WriteLine($"{options.Silos} silos and {options.Devices} devices train {Training.Network.Layout.ParameterCount:N0} parameters. State and logs: {folder}");
        output.WriteLine($"Status page of each silo: {string.Join(", ", silos.Addresses.Select(address => new Uri(address, "/status")))}");
        output.WriteLine($"Kill a silo: dotnet run -c Release --project samples/Cluster -- --folder {options.Folder} --kill 2");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var devices = new DeviceGroup([.. silos.Addresses], options.Devices);
        Task work = Task.WhenAll(devices.RunAsync(stop.Token), silos.WatchAsync(stop.Token));
        try
        {
            await ReportAsync(database.ConnectionString, devices, stop.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            output.WriteLine("Stopping. Run the same command to continue.");
        }

        await stop.CancelAsync();
        try
        {
            await work;
        }
        catch (OperationCanceledException)
        {
            // All parts were asked to end.
        }

        return ExitCode.Done;
    }

    /// <summary>Reports new versions, until the last one.</summary>
    private async Task ReportAsync(string connectionString, DeviceGroup devices, CancellationToken cancellationToken)
    {
        IExampleSource test = DeviceData.Generate(Training.Network, TestExamples, seed: 0);
        await using var store = new PostgreSqlStore(connectionString);
        for (long last = -1; ;)
        {
            StoredVersion newest = (await store.GetVersionsAsync(cancellationToken))[^1];
            if (newest.Version.Number > last)
            {
                last = newest.Version.Number;
                ModelSnapshot model = await store.ReadVersionAsync(newest.Version, Training.Network.Layout, cancellationToken);
                output.WriteLine($"{model.Version}: test accuracy {Training.Network.Evaluate(model.Parameters.Span, test).Accuracy:P1}, {devices.Accepted:N0} updates acknowledged");
            }

            if (options.Versions > 0 && last >= options.Versions)
            {
                return;
            }

            await Task.Delay(ReportInterval, TimeProvider.System, cancellationToken);
        }
    }
}
