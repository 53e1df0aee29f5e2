using System.Net.Sockets;
using System.Security.Authentication;
using Ftte.Wire;
using static Ftte.Tests.ClientBench;

namespace Ftte.Tests;

/// <summary>Which exceptions the device loop treats as a broken link.</summary>
public sealed class BrokenLinkTests
{
    private static readonly Func<CheckOutResponse?> Stop = () => Refusal(CheckOutOutcome.Stopped);

    public static TheoryData<Exception> BrokenLinks { get; } =
    [
        new IOException("cut off"),
        new EndOfStreamException("cut off"),
        new HttpRequestException("no such host"),
        new SocketException((int)SocketError.ConnectionRefused),
        new TimeoutException("too slow"),
        new TaskCanceledException("HttpClient.Timeout elapsed", new TimeoutException()),
        new OperationCanceledException("of another token"),
        new WireFormatException(WireError.ChecksumMismatch, "changed on the way"),
        new AuthenticationException("certificate expired"),
        new InvalidDataException("no gzip"),
        new InvalidOperationException("the connection is not active"),
        new UnknownTransportException(),
    ];

    public static TheoryData<Exception> Misuses { get; } =
    [
        new ArgumentException("no"),
        new ArgumentOutOfRangeException("parameters"),
        new ObjectDisposedException("proxy"),
        new NotSupportedException("no"),
        new NotImplementedException(),
    ];

    [Theory]
    [MemberData(nameof(BrokenLinks))]
    public async Task A_check_out_over_a_broken_link_is_repeated_by_the_loop(Exception error)
    {
        var bench = new ClientBench();
        bench.CheckOuts(() => throw error, () => throw error, () => null, Stop);

        await bench.Client.RunAsync();

        bench.AssertWaits(1, 2);
        Assert.Single(bench.Server.Updates);
    }

    [Theory]
    [MemberData(nameof(BrokenLinks))]
    public async Task A_submission_over_a_broken_link_is_repeated_within_the_round(Exception error)
    {
        var bench = new ClientBench();
        bench.Receipts(() => throw error, () => throw error, () => Receipt(UpdateOutcome.Buffered));

        ClientRound round = await bench.Client.RunOnceAsync();

        Assert.True(round.IsAccepted);
        Assert.Equal(2, round.Retries);
        bench.AssertWaits(1, 2);
    }

    [Theory]
    [MemberData(nameof(BrokenLinks))]
    public async Task A_single_round_reports_every_broken_link_as_an_IOException(Exception error)
    {
        var bench = new ClientBench(o => o.MaxSubmitAttempts = 1);
        bench.CheckOuts(() => throw error, () => null);
        bench.Receipts(() => throw error);

        Exception checkOut = await Assert.ThrowsAnyAsync<IOException>(async () => await bench.Client.RunOnceAsync());
        Exception submit = await Assert.ThrowsAnyAsync<IOException>(async () => await bench.Client.RunOnceAsync());

        Assert.All([checkOut, submit], thrown => Assert.Same(error, error is IOException ? thrown : thrown.InnerException));
        Assert.All([checkOut, submit], thrown => Assert.Contains(error.Message, thrown.Message, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Misuses))]
    public async Task Misuse_ends_the_loop_with_its_own_exception(Exception error)
    {
        var bench = new ClientBench();
        bench.CheckOuts(() => throw error);
        Assert.Same(error, await Assert.ThrowsAnyAsync<Exception>(() => bench.Client.RunAsync()));

        bench.CheckOuts(() => null);
        bench.Receipts(() => throw error);
        Assert.Same(error, await Assert.ThrowsAnyAsync<Exception>(() => bench.Client.RunAsync()));
        Assert.Empty(bench.Time.Waits);
    }

    [Theory]
    [MemberData(nameof(BrokenLinks))]
    public async Task Exceptions_of_the_trainer_end_the_loop_unchanged(Exception error)
    {
        var bench = new ClientBench();
        bench.Trainer.OnTrain = _ => throw error;

        Assert.Same(error, await Assert.ThrowsAnyAsync<Exception>(() => bench.Client.RunAsync()));
        Assert.Empty(bench.Time.Waits);
    }

    [Theory]
    [MemberData(nameof(BrokenLinks))]
    public async Task A_call_that_fails_because_the_caller_canceled_is_canceled(Exception error)
    {
        using var cancellation = new CancellationTokenSource();
        var bench = new ClientBench();
        bench.CheckOuts(() =>
        {
            cancellation.Cancel();
            throw error;
        });

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.Client.RunAsync(cancellation.Token));

        Assert.Equal(cancellation.Token, thrown.CancellationToken);
        Assert.Equal(0, bench.Client.Status.ConsecutiveFailures);
    }

    [Fact]
    public async Task Work_for_another_device_or_another_model_is_a_broken_link()
    {
        var bench = new ClientBench();
        int asked = 0;
        bench.Server.OnCheckOut = (device, parameters) => asked++ switch
        {
            0 => bench.Assign(device with { Client = new ClientId("other") }, parameters),
            1 => bench.Assign(device with { LayoutFingerprint = 7 }, parameters),
            2 => bench.Assign(device, parameters),
            _ => Refusal(CheckOutOutcome.Stopped),
        };

        await bench.Client.RunAsync();

        bench.AssertWaits(1, 2);
        Assert.Single(bench.Trainer.Assignments);
        Assert.Equal([null, null, null, new ModelVersion(0)], bench.Server.Devices.Select(d => d.HeldVersion));
    }

    private sealed class UnknownTransportException() : Exception("broker gone");
}
