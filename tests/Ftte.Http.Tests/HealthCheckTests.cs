using Ftte.Aggregation;
using Ftte.AspNetCore;
using Ftte.AspNetCore.Health;
using Ftte.Selection;
using Ftte.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests;

/// <summary>The health of a federation.</summary>
public sealed class HealthCheckTests
{
    [Fact]
    public async Task A_running_server_is_healthy_and_its_figures_are_in_the_data()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using ServiceProvider provider = new ServiceCollection().AddLogging().AddSingleton(server).AddHealthChecks().AddFtte(tags: ["ready"]).Services.BuildServiceProvider();

        HealthReport report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        HealthReportEntry entry = report.Entries["ftte"];
        Assert.Equal((HealthStatus.Healthy, "Version v0."), (entry.Status, entry.Description));
        Assert.Equal(["devicesAtWork", "knownClients", "queueLength", "secondsSincePublication", "version"], entry.Data.Keys.Order());
        Assert.Equal(["ready"], entry.Tags);
    }

    [Fact]
    public async Task Each_server_has_a_check_of_its_name()
    {
        await using FederatedServer server = CreateServer(SmallLayout), other = CreateServer(SmallLayout);
        await other.DisposeAsync();
        await using ServiceProvider provider = new ServiceCollection().AddLogging().AddSingleton(server).AddKeyedSingleton("watch", other)
            .AddHealthChecks().AddFtte().AddFtte(name: "watch").Services.BuildServiceProvider();

        HealthReport report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        Assert.Equal(HealthStatus.Healthy, report.Entries["ftte"].Status);
        Assert.Equal((HealthStatus.Unhealthy, "The server was stopped."), (report.Entries["ftte-watch"].Status, report.Entries["ftte-watch"].Description));
    }

    [Fact]
    public async Task An_old_version_degrades_unless_its_age_is_not_judged()
    {
        var time = new FakeTimeProvider();
        await using FederatedServer server = CreateServer(SmallLayout, time: time);
        time.Advance(TimeSpan.FromMinutes(61));

        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(server, new())).Status);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(server, new() { MaxVersionAge = TimeSpan.FromMinutes(61) })).Status);
        HealthCheckResult old = await CheckAsync(server, new() { MaxVersionAge = TimeSpan.FromHours(1) });
        Assert.Equal(HealthStatus.Degraded, old.Status);
        Assert.StartsWith("No version was published for 61 minutes.", old.Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1 << 30, HealthStatus.Healthy)]
    [InlineData((1 << 30) - 1, HealthStatus.Degraded)]
    public async Task A_nearly_full_disk_degrades(long free, HealthStatus expected)
    {
        await using FederatedServer server = CreateServer(SmallLayout);

        HealthCheckResult result = await CheckAsync(server, new() { Folder = "/data" }, _ => free);

        Assert.Equal((expected, free), (result.Status, result.Data["freeBytes"]));
    }

    [Fact]
    public async Task A_disk_that_cannot_be_checked_degrades_with_the_reason()
    {
        await using FederatedServer server = CreateServer(SmallLayout);

        HealthCheckResult result = await CheckAsync(server, new() { Folder = "/data" }, _ => throw new IOException("gone"));

        Assert.Equal((HealthStatus.Degraded, "The disk of '/data' cannot be checked: gone"), (result.Status, result.Description));
    }

    [Fact]
    public async Task The_real_disk_is_checked()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using ServiceProvider provider = new ServiceCollection().AddLogging().AddSingleton(server)
            .AddHealthChecks().AddFtte(o => (o.Folder, o.MinFreeBytes) = (Path.GetTempPath(), long.MaxValue)).Services.BuildServiceProvider();

        HealthReport report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.True((long)report.Entries["ftte"].Data["freeBytes"] > 0);
    }

    [Fact]
    public async Task A_failing_store_is_unhealthy_with_the_reason()
    {
        var selections = new SelectionHistory(ParameterSelection.Full(SmallLayout));
        var model = new ModelSnapshot(SmallLayout, default, new float[17]);
        await using var store = new FullStore();
        await using FederatedServer server = await FederatedServer.ResumeAsync(await StoredRun.LoadAsync(store), new BufferedAggregator(model, selections), selections);
        store.IsFull = true;
        await server.CheckOutAsync(new CheckOutRequest(new ClientId("a"), 1, SmallLayout.Fingerprint), new float[17]);

        HealthCheckResult result = await CheckAsync(server, new());

        Assert.Equal((HealthStatus.Unhealthy, "The store fails: The disk is full."), (result.Status, result.Description));
    }

    [Fact]
    public async Task A_nearly_full_queue_degrades()
    {
        var aggregator = new WaitingAggregator(new ModelSnapshot(SmallLayout, default, new float[17]));
        await using var server = new FederatedServer(aggregator, new SelectionHistory(ParameterSelection.Full(SmallLayout)), new() { QueueCapacity = 2 });
        var calls = new List<Task>();
        foreach (string client in new[] { "a", "b", "c" })
        {
            CheckOutResponse answer = await server.CheckOutAsync(new CheckOutRequest(new ClientId(client), 1, SmallLayout.Fingerprint), new float[17]);
            SparseUpdate update = SparseUpdate.Create(answer.Assignment!.CreateHeader(1), new float[17]);
            calls.Add(server.SubmitAsync(update).AsTask());
            await aggregator.Entered.Task;
        }

        HealthCheckResult result = await CheckAsync(server, new());
        aggregator.Released.SetResult();
        await Task.WhenAll(calls);

        Assert.Equal((HealthStatus.Degraded, "2 of at most 2 updates wait in the queue."), (result.Status, result.Description));
    }

    [Fact]
    public void Limits_out_of_range_are_refused_by_name()
    {
        Assert.Equal("MaxVersionAge", Assert.ThrowsAny<ArgumentException>(new FtteHealthOptions { MaxVersionAge = TimeSpan.Zero }.Validate).ParamName);
        Assert.Equal("MaxQueueShare", Assert.ThrowsAny<ArgumentException>(new FtteHealthOptions { MaxQueueShare = double.NaN }.Validate).ParamName);
        Assert.Equal("MinFreeBytes", Assert.ThrowsAny<ArgumentException>(new FtteHealthOptions { MinFreeBytes = -1 }.Validate).ParamName);
    }

    private static Task<HealthCheckResult> CheckAsync(FederatedServer server, FtteHealthOptions options, Func<string, long>? getFreeBytes = null)
    {
        var check = new FederationHealthCheck(() => server, options, getFreeBytes ?? (_ => long.MaxValue));
        return check.CheckHealthAsync(new HealthCheckContext { Registration = new HealthCheckRegistration("ftte", check, failureStatus: null, tags: null) });
    }

    private sealed class FullStore : IServerStore
    {
        public bool IsFull { get; set; }

        public ValueTask<StoreContent> LoadAsync(CancellationToken cancellationToken = default) => new(new StoreContent(null, AsyncEnumerable.Empty<StoreRecord>()));

        public ValueTask CommitAsync(StoreBatch batch, CancellationToken cancellationToken = default) =>
            IsFull ? throw new StoreException("The disk is full.", null, isTransient: true) : ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => default;
    }

    private sealed class WaitingAggregator(ModelSnapshot start) : IAsyncAggregator
    {
        public TaskCompletionSource Entered { get; } = new();

        public TaskCompletionSource Released { get; } = new();

        public ModelSnapshot Current => start;

        public async ValueTask<UpdateReceipt> AggregateAsync(SparseUpdate update, CancellationToken cancellationToken = default)
        {
            Entered.TrySetResult();
            await Released.Task;
            return new UpdateReceipt(UpdateOutcome.Buffered, default);
        }

        public ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default) => new((ModelSnapshot?)null);
    }
}
