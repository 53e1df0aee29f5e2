using static Ftte.Tests.ClientBench;

namespace Ftte.Tests.Diagnostics;

/// <summary>Log messages of a device.</summary>
public sealed class ClientLogTests
{
    private static readonly Func<CheckOutResponse?> Stop = () => Refusal(CheckOutOutcome.Stopped);

    [Fact]
    public async Task A_healthy_device_logs_one_line_per_round()
    {
        (ClientBench bench, LogLines<FederatedClient> log) = Logging();
        bench.CheckOuts(() => null, () => bench.Assign(bench.Server.Devices.Last(), new float[12], version: 3), () => null, Stop);
        bench.Receipts(() => Receipt(UpdateOutcome.Buffered), () => Receipt(UpdateOutcome.NotFinite), () => Receipt(UpdateOutcome.Published));

        await bench.Client.RunAsync();

        Assert.Equal(
        [
            "Information: Client phone completed a round on version v0 in 00:00:00: Buffered.",
            "Information: Client phone completed a round on version v3 in 00:00:00: NotFinite.",
            "Information: Client phone completed a round on version v0 in 00:00:00: Published.",
            "Information: The loop of client phone ended because the server is shutting down.",
        ], Lines(log));
        Assert.Contains("Debug: Client phone started a round on version v3: Difference of 4 parameters.", log.Written.Select(l => l.Text));
    }

    [Fact]
    public async Task Equal_answers_without_work_are_logged_once_above_the_debug_level()
    {
        (ClientBench bench, LogLines<FederatedClient> log) = Logging();
        Func<CheckOutResponse?> busy = () => Refusal(CheckOutOutcome.Busy, 3), poor = () => Refusal(CheckOutOutcome.NotEnoughMemory);
        bench.CheckOuts(busy, busy, busy, poor, () => null, busy, Stop);

        await bench.Client.RunAsync();

        Assert.Equal(
        [
            "Information: Client phone received no work: Busy. Next check-out in 00:00:03.",
            "Information: Client phone received no work: NotEnoughMemory. Next check-out in 00:00:01.",
            "Information: Client phone completed a round on version v0 in 00:00:00: Buffered.",
            "Information: Client phone received no work: Busy. Next check-out in 00:00:03.",
            "Information: The loop of client phone ended because the server is shutting down.",
        ], Lines(log));
        Assert.Equal(2, log.Written.Count(l => l.Text == "Debug: Client phone received no work: Busy. Next check-out in 00:00:03."));
    }

    [Fact]
    public async Task An_outage_is_logged_when_it_begins_and_when_it_ends()
    {
        (ClientBench bench, LogLines<FederatedClient> log) = Logging();
        bench.CheckOuts(() => throw new IOException("no route"), () => null, Stop);
        bench.Receipts(() => throw new TimeoutException("too slow"), () => Receipt(UpdateOutcome.Buffered));

        await bench.Client.RunAsync();

        Assert.Equal(
        [
            "Warning: The link of client phone broke: no route",
            "Information: The link of client phone recovered after 00:00:01 and 1 failed calls.",
            "Warning: The link of client phone broke: too slow",
            "Information: The link of client phone recovered after 00:00:01 and 1 failed calls.",
            "Information: Client phone completed a round on version v0 in 00:00:00: Buffered.",
            "Information: The loop of client phone ended because the server is shutting down.",
        ], Lines(log));
        Assert.All(log.Written.Where(l => l.Error is not null), l => Assert.StartsWith("Debug: ", l.Text, StringComparison.Ordinal));
        Assert.Equal(2, log.Written.Count(l => l.Error is not null));
    }

    [Fact]
    public async Task A_long_outage_is_logged_each_time_its_duration_has_doubled()
    {
        (ClientBench bench, LogLines<FederatedClient> log) = Logging(o => (o.InitialBackoff, o.MaxBackoff) = (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)));
        const int Calls = 1000;
        int asked = 0;
        bench.Server.OnCheckOut = (_, _) => asked++ < Calls ? throw new IOException("no route") : Refusal(CheckOutOutcome.Stopped);

        await bench.Client.RunAsync();

        string[] lines = Lines(log);
        Assert.Equal(10, lines.Count(l => l.Contains("has been broken for", StringComparison.Ordinal)));
        Assert.Equal("Warning: The link of client phone has been broken for 00:01:00; 2 calls failed: no route", lines[1]);
        Assert.Equal("Warning: The link of client phone has been broken for 08:32:00; 513 calls failed: no route", lines[^3]);
        Assert.Equal("Information: The link of client phone recovered after 16:40:00 and 1000 failed calls.", lines[^2]);
        Assert.Equal(Calls, log.Written.Count(l => l.Error is not null));
    }

    [Fact]
    public async Task A_new_reason_is_logged_at_once_and_each_reason_once()
    {
        (ClientBench bench, LogLines<FederatedClient> log) = Logging(o => (o.InitialBackoff, o.MaxBackoff) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)));
        int asked = 0;
        bench.Server.OnCheckOut = (_, _) => asked++ == 20 ? Refusal(CheckOutOutcome.Stopped)
            : asked % 2 == 0 ? throw new TimeoutException("too slow") : throw new IOException("no route");

        await bench.Client.RunAsync();

        Assert.Equal(
        [
            "Warning: The link of client phone broke: no route",
            "Warning: The link of client phone has been broken for 00:00:01; 2 calls failed: too slow",
            "Information: The link of client phone recovered after 00:00:20 and 20 failed calls.",
            "Information: The loop of client phone ended because the server is shutting down.",
        ], Lines(log));
    }

    private static string[] Lines(LogLines<FederatedClient> log) =>
        [.. log.Written.Select(l => l.Text).Where(t => !t.StartsWith("Debug: ", StringComparison.Ordinal))];

    private static (ClientBench Bench, LogLines<FederatedClient> Log) Logging(Action<FederatedClientOptions>? configure = null)
    {
        var log = new LogLines<FederatedClient>();
        return (new ClientBench(o =>
        {
            o.Jitter = 0;
            configure?.Invoke(o);
        }, log: log), log);
    }
}
