using Ftte.Aggregation;
using Ftte.Selection;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>A server that cannot publish logs the reason, once and then at growing intervals.</summary>
public sealed class StallTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Fewer_devices_than_the_buffer_needs_train_once_and_the_log_states_what_to_do(int devices)
    {
        var log = new LogLines<FederatedServer>();
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var selections = new SelectionHistory(A);
        await using var server = new FederatedServer(new BufferedAggregator(Start, selections, new() { Capacity = 10 }), selections, time: time, logger: log);
        int trained = 0;
        for (int second = 0; second < 60; second++)
        {
            for (int device = 0; device < devices; device++)
            {
                CheckOutResponse answer = await server.CheckOutAsync(Device($"d{device}"), new float[12]);
                if (answer.IsAssigned)
                {
                    trained++;
                    using SparseUpdate update = Update(answer.Assignment.CreateHeader(1), 4);
                    Assert.Equal(UpdateOutcome.Buffered, (await server.SubmitAsync(update)).Outcome);
                }
                else
                {
                    Assert.Equal(new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: TimeSpan.FromSeconds(1)), answer);
                }
            }

            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(devices, trained);
        string[] warnings = Warnings(log);
        Assert.Equal(3, warnings.Length); // after 10, 20 and 40 seconds
        Assert.Contains($"No version was published for 00:00:10, because the remaining clients are too few to complete the buffer. It contains {devices} of 10 updates; {devices} of {devices} known clients", warnings[0], StringComparison.Ordinal);
        Assert.Contains("lower Capacity, raise MaxUpdatesPerClient, or set PublishTimeout", warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enough_devices_raise_no_warning()
    {
        var log = new LogLines<FederatedServer>();
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var selections = new SelectionHistory(A);
        await using var server = new FederatedServer(new BufferedAggregator(Start, selections, new() { Capacity = 3 }), selections, time: time, logger: log);
        for (int device = 0; device < 4; device++)
        {
            await server.CheckOutAsync(Device($"d{device}"), new float[12]);
        }

        for (int round = 0; round < 50; round++)
        {
            CheckOutResponse answer = await server.CheckOutAsync(Device($"d{round % 4}"), new float[12]);
            if (answer.IsAssigned)
            {
                time.Advance(TimeSpan.FromSeconds(30));
                using SparseUpdate update = Update(answer.Assignment.CreateHeader(1), 4);
                await server.SubmitAsync(update);
            }
        }

        Assert.True(server.Current.Version.Number > 5);
        Assert.Empty(Warnings(log));
    }

    [Fact]
    public async Task A_client_that_awaits_the_next_version_is_busy_until_it_is_published_or_refused()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator);
        aggregator.OnAggregate = (_, _) => new(aggregator.Answer(UpdateOutcome.Buffered) with { AwaitsNextVersion = true });
        await bench.Round("a");
        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse("a")).Outcome);
        Assert.Equal(CheckOutOutcome.Assigned, (await bench.CheckOutResponse("b")).Outcome);

        aggregator.OnFlush = () => aggregator.Publish(A);
        await bench.Server.FlushAsync();

        Assert.Equal(CheckOutOutcome.Assigned, (await bench.CheckOutResponse("a")).Outcome);
    }

    [Fact]
    public async Task A_refused_version_is_logged_and_counted_and_gives_every_client_its_share_back()
    {
        var log = new LogLines<FederatedServer>();
        var selections = new SelectionHistory(A);
        var options = new BufferedAggregatorOptions { Capacity = 2, Guard = new Refusing() };
        await using var server = new FederatedServer(new BufferedAggregator(Start, selections, options), selections, new FederatedServerOptions { MaxAssignmentsPerVersion = 2 }, logger: log);
        for (int attempt = 0; attempt < 3; attempt++)
        {
            Assert.Equal(UpdateOutcome.Buffered, await RoundAsync("a"));
            Assert.Equal(UpdateOutcome.Refused, await RoundAsync("b"));
        }

        Assert.Equal(default, server.Current.Version);
        string[] warnings = Warnings(log);
        Assert.Equal(3, warnings.Length);
        Assert.Contains("Refused version v1 from 2 updates. Version v0 remains current.", warnings[0], StringComparison.Ordinal);
        Assert.Contains("never good enough", warnings[0], StringComparison.Ordinal);

        async Task<UpdateOutcome> RoundAsync(string client)
        {
            CheckOutResponse answer = await server.CheckOutAsync(Device(client), new float[12]);
            Assert.Equal(CheckOutOutcome.Assigned, answer.Outcome);
            using SparseUpdate update = Update(answer.Assignment!.CreateHeader(1), 4);
            return (await server.SubmitAsync(update)).Outcome;
        }
    }

    [Theory]
    [InlineData(UpdateOutcome.NotFinite)]
    [InlineData(UpdateOutcome.TooStale)]
    public async Task Updates_that_are_all_rejected_are_reported_with_the_most_frequent_reason(UpdateOutcome outcome)
    {
        await using ServerBench bench = Logged(out ScriptedAggregator aggregator, out LogLines<FederatedServer> log);
        aggregator.OnAggregate = (_, _) => new(aggregator.Answer(outcome));
        for (int round = 0; round < 12; round++)
        {
            await bench.Round("a");
            bench.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Contains(Warnings(log), line => line.Contains("updates since the last version were rejected, most often with " + outcome, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Devices_that_are_all_denied_or_never_answer_are_reported()
    {
        await using ServerBench denied = Logged(out _, out LogLines<FederatedServer> denials, new FederatedServerOptions { RequiredMemoryBytes = 1L << 40 });
        await using ServerBench silent = Logged(out _, out LogLines<FederatedServer> silence);
        for (int minute = 0; minute < 25; minute++)
        {
            await denied.CheckOutResponse("a");
            await silent.CheckOutResponse($"d{minute}");
            denied.Time.Advance(TimeSpan.FromMinutes(1));
            silent.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Contains(Warnings(denials), line => line.Contains("denied, most often with NotEnoughMemory", StringComparison.Ordinal));
        Assert.Contains(Warnings(silence), line => line.Contains("and no update arrived", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rejections_after_an_accepted_update_are_reported()
    {
        await using ServerBench bench = Logged(out ScriptedAggregator aggregator, out LogLines<FederatedServer> log);
        aggregator.OnAggregate = (update, _) => new(aggregator.Answer(update.Header.Client.Value == "a" ? UpdateOutcome.Buffered : UpdateOutcome.NotFinite));
        await bench.Round("a");
        for (int minute = 0; minute < 12; minute++)
        {
            bench.Time.Advance(TimeSpan.FromMinutes(1));
            await bench.Round("b");
        }

        Assert.Contains(Warnings(log), line => line.Contains(
            "because no update was accepted for 00:10:00. The buffer contains 1 of an unknown number of updates. Since the last version, 10 requests for work led to 10 assignments, and 9 of 10 updates were rejected, most often with NotFinite.",
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task Assignments_without_an_answer_after_an_accepted_update_are_reported()
    {
        await using ServerBench bench = Logged(out ScriptedAggregator aggregator, out LogLines<FederatedServer> log);
        aggregator.OnAggregate = (_, _) => new(aggregator.Answer(UpdateOutcome.Buffered));
        await bench.Round("a");
        for (int minute = 0; minute < 12; minute++)
        {
            bench.Time.Advance(TimeSpan.FromMinutes(1));
            await bench.CheckOutResponse("b");
        }

        Assert.Contains(Warnings(log), line => line.Contains("10 requests for work led to 10 assignments, and 0 of 1 updates were rejected. Check whether devices finish", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_without_requests_reports_that_after_a_while_and_at_growing_intervals(bool wasUsed)
    {
        await using ServerBench bench = Logged(out ScriptedAggregator aggregator, out LogLines<FederatedServer> log);
        aggregator.OnAggregate = (_, _) => new(aggregator.Answer(UpdateOutcome.Buffered));
        if (wasUsed)
        {
            await bench.Round("a");
            await bench.Round("b");
        }

        for (int minute = 0; minute < 60; minute++)
        {
            bench.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(3, Warnings(log).Count(line => line.Contains("because no device has sent a request for", StringComparison.Ordinal))); // after 10, 20 and 40 minutes
    }

    [Fact]
    public async Task Accepted_updates_raise_no_warning_however_long_a_version_takes()
    {
        await using ServerBench bench = Logged(out ScriptedAggregator aggregator, out LogLines<FederatedServer> log);
        aggregator.OnAggregate = (_, _) => new(aggregator.Answer(UpdateOutcome.Buffered));
        for (int round = 0; round < 30; round++)
        {
            await bench.Round($"d{round}");
            bench.Time.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.Empty(Warnings(log));
    }

    private static ServerBench Logged(out ScriptedAggregator aggregator, out LogLines<FederatedServer> log, FederatedServerOptions? options = null)
    {
        ServerBench bench = Scripted(out aggregator, options, log: true);
        log = bench.Log;
        return bench;
    }

    private static string[] Warnings(LogLines<FederatedServer> log) => [.. log.Written.Select(line => line.Text).Where(line => line.StartsWith("Warning", StringComparison.Ordinal))];

    private sealed class Refusing : IVersionGuard
    {
        public string? Check(ModelSnapshot current, ModelSnapshot candidate, in StepStatistics step) => "It is never good enough.";
    }
}
