using Xunit;

namespace Ftte.Testing;

/// <content>Servers that do not answer, and calls that are canceled.</content>
public abstract partial class TransportConformanceSuite
{
    /// <summary>A call with a canceled token ends as canceled and does not reach the server.</summary>
    [Fact]
    public async Task A_call_canceled_beforehand_does_not_reach_the_server()
    {
        (ScriptedServer server, IFederatedServer link) = await EchoAsync();
        using SparseUpdate update = NumberedUpdate(1);
        float[] buffer = Untrained(SmallLayout.ParameterCount);
        var canceled = new CancellationToken(canceled: true);

        await ThrowsAsync<OperationCanceledException>(async () => await link.CheckOutAsync(NumberedDevice(1), buffer, canceled), "A check-out with a canceled token");
        await ThrowsAsync<OperationCanceledException>(async () => await link.SubmitAsync(update, canceled), "A submission with a canceled token");

        Assert.Equal(Untrained(buffer.Length), buffer);
        await AssertEchoesAsync(link, 2);
        Assert.Single(server.Devices);
        Assert.Single(server.Updates);
    }

    /// <summary>A check-out at a server that never answers can be canceled, and the next calls get their answers.</summary>
    [Fact]
    public async Task A_check_out_without_an_answer_can_be_canceled()
    {
        (ScriptedServer server, IFederatedServer link) = await EchoAsync();
        using var cancellation = new CancellationTokenSource();
        Task arrived = server.HoldAsync();
        Task call = link.CheckOutAsync(NumberedDevice(1), new float[SmallLayout.ParameterCount], cancellation.Token).AsTask();
        await ReachAsync(arrived, call);

        await cancellation.CancelAsync();

        await ThrowsAsync<OperationCanceledException>(() => call, "A canceled check-out");
        server.LetPass();
        await AssertEchoesAsync(link, 2);
    }

    /// <summary>A submission to a server that never answers can be canceled; the update is then the caller's, and the next calls get their answers.</summary>
    [Fact]
    public async Task A_submission_without_an_answer_can_be_canceled()
    {
        (ScriptedServer server, IFederatedServer link) = await EchoAsync();
        using var cancellation = new CancellationTokenSource();
        SparseUpdate update = NumberedUpdate(1);
        Task arrived = server.HoldAsync();
        Task call = link.SubmitAsync(update, cancellation.Token).AsTask();
        await ReachAsync(arrived, call);

        await cancellation.CancelAsync();

        await ThrowsAsync<OperationCanceledException>(() => call, "A canceled submission");
        Assert.Equal([1], update.Values.ToArray());
        update.Dispose();
        server.LetPass();
        await AssertEchoesAsync(link, 2);
    }

    /// <summary>Canceling one call does not end the calls that wait for their answers meanwhile.</summary>
    [Fact]
    public async Task Canceling_one_call_ends_no_other()
    {
        (ScriptedServer server, IFederatedServer link) = await EchoAsync();
        using var cancellation = new CancellationTokenSource();
        using SparseUpdate update = NumberedUpdate(3);
        Task arrived = server.HoldAsync();
        Task<CheckOutResponse> canceled = link.CheckOutAsync(NumberedDevice(1), new float[SmallLayout.ParameterCount], cancellation.Token).AsTask();
        await ReachAsync(arrived, canceled);
        arrived = server.HoldAsync();
        Task<CheckOutResponse> checkOut = link.CheckOutAsync(NumberedDevice(2), new float[SmallLayout.ParameterCount]).AsTask();
        await ReachAsync(arrived, checkOut);
        arrived = server.HoldAsync();
        Task<UpdateReceipt> submission = link.SubmitAsync(update).AsTask();
        await ReachAsync(arrived, submission);

        await cancellation.CancelAsync();

        await ThrowsAsync<OperationCanceledException>(() => canceled, "A canceled check-out");
        server.LetPass();
        await AssertEchoesAsync(link, 4);
        server.Release();
        Assert.Equal(Echo(NumberedDevice(2)), await checkOut);
        Assert.Equal(Echo(update.Header), await submission);
    }

    /// <summary>Answers to canceled calls that arrive late reach neither later calls nor the buffer of the canceled one.</summary>
    [Fact]
    public async Task Late_answers_to_canceled_calls_reach_nobody()
    {
        (ScriptedServer server, IFederatedServer link) = await EchoAsync();
        server.OnCheckOut = (device, parameters) => device.MemoryBudgetBytes == 1 ? AssignAll(device, parameters) : Echo(device);
        using var cancellation = new CancellationTokenSource();
        using SparseUpdate update = NumberedUpdate(2);
        float[] buffer = Untrained(SmallLayout.ParameterCount);
        Task arrived = server.HoldAsync();
        Task checkOut = link.CheckOutAsync(NumberedDevice(1), buffer, cancellation.Token).AsTask();
        await ReachAsync(arrived, checkOut);
        arrived = server.HoldAsync();
        Task submission = link.SubmitAsync(update, cancellation.Token).AsTask();
        await ReachAsync(arrived, submission);
        await cancellation.CancelAsync();
        await ThrowsAsync<OperationCanceledException>(() => checkOut, "A canceled check-out");
        await ThrowsAsync<OperationCanceledException>(() => submission, "A canceled submission");

        server.Release();

        await AssertEchoesAsync(link, 3);
        await AssertEchoesAsync(link, 4);
        Assert.Equal(Untrained(buffer.Length), buffer);
    }

    /// <summary>A check-out that is canceled while its answer is on its way leaves the caller's buffer alone afterwards, and the next calls get their answers.</summary>
    [Fact]
    public async Task A_check_out_canceled_while_its_answer_travels_leaves_nothing_behind()
    {
        ParameterLayout layout = ParameterLayout.Create(("large", [200_000]));
        (ScriptedServer server, IFederatedServer link) = await EchoAsync(layout);
        using var cancellation = new CancellationTokenSource();
        server.OnCheckOut = (device, parameters) =>
        {
            _ = cancellation.CancelAsync();
            return AssignAll(device, parameters);
        };
        float[] buffer = Untrained(layout.ParameterCount);

        await EndsAsync(async () => await link.CheckOutAsync(NumberedDevice(1), buffer, cancellation.Token), "A check-out that is canceled when the server answers");

        Array.Fill(buffer, Untouched);
        server.OnCheckOut = (device, _) => Echo(device);
        await AssertEchoesAsync(link, 2);
        Assert.Equal(Untrained(buffer.Length), buffer);
    }

    /// <summary>
    /// A submission that is canceled on its way does not read the update afterwards: the server sees the update as it was or not at all, and the next calls
    /// get their answers.
    /// </summary>
    /// <param name="whenItArrives">Whether it is canceled when it has reached the server, instead of when the transport reads the update.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_submission_canceled_on_its_way_leaves_nothing_behind(bool whenItArrives)
    {
        const int Count = 200_000;
        (ScriptedServer server, IFederatedServer link) = await EchoAsync(ParameterLayout.Create(("large", [Count])));
        using var cancellation = new CancellationTokenSource();
        var values = new ObservedValues(Ramp(Count));
        var update = new SparseUpdate(NumberedHeader(1), values, Count);
        server.OnSubmit = sent =>
        {
            _ = cancellation.CancelAsync();
            return Echo(sent.Header);
        };
        if (!whenItArrives)
        {
            values.OnNextRead(() => _ = cancellation.CancelAsync());
        }

        await EndsAsync(async () => await link.SubmitAsync(update, cancellation.Token), "A submission that is canceled on its way");

        Assert.False(values.IsReturned, "The transport disposed the update, which belongs to the caller.");
        update.Dispose();
        server.OnSubmit = sent => Echo(sent.Header);
        await AssertEchoesAsync(link, 2);
        await AssertEchoesAsync(link, 3);
        Assert.All(server.Updates.Where(sent => sent.Header.Id == NumberedHeader(1).Id), sent =>
            Assert.True(sent.Values.AsSpan().SequenceEqual(Ramp(Count)), "The transport read the update after the call had ended."));
    }

    /// <summary>A check-out that has ended leaves its buffer alone, whatever later check-outs bring.</summary>
    [Fact]
    public async Task A_check_out_keeps_no_buffer()
    {
        (ScriptedServer server, IFederatedServer link) = await EchoAsync();
        server.OnCheckOut = AssignAll;
        float[] first = Untrained(SmallLayout.ParameterCount), second = Untrained(SmallLayout.ParameterCount);

        Assert.True((await link.CheckOutAsync(NumberedDevice(1), first)).IsAssigned);
        Array.Fill(first, Untouched);
        Assert.True((await link.CheckOutAsync(NumberedDevice(2), second)).IsAssigned);

        Assert.Equal(Untrained(first.Length), first);
        Assert.Equal(Ramp(second.Length), second);
    }

    /// <summary>If the proxy can be disposed, its disposal ends the calls that wait for an answer as broken links, and later calls are misuse.</summary>
    [Fact]
    public async Task A_disposed_proxy_ends_its_calls()
    {
        (ScriptedServer server, IFederatedServer link) = await EchoAsync();
        IFederatedServer proxy = _links[^1];
        if (proxy is not (IDisposable or IAsyncDisposable))
        {
            return;
        }

        using SparseUpdate update = NumberedUpdate(2);
        Task arrived = server.HoldAsync();
        Task checkOut = link.CheckOutAsync(NumberedDevice(1), new float[SmallLayout.ParameterCount]).AsTask();
        await ReachAsync(arrived, checkOut);
        arrived = server.HoldAsync();
        Task submission = link.SubmitAsync(update).AsTask();
        await ReachAsync(arrived, submission);

        await DisposeProxyAsync(proxy);

        await ThrowsAsync(() => checkOut, "A check-out by a proxy that is disposed meanwhile", "IOException or ObjectDisposedException", IsEndOfProxy);
        await ThrowsAsync(() => submission, "A submission by a proxy that is disposed meanwhile", "IOException or ObjectDisposedException", IsEndOfProxy);
        await ThrowsAsync<ObjectDisposedException>(async () => await link.CheckOutAsync(NumberedDevice(3), new float[SmallLayout.ParameterCount]), "A check-out by a disposed proxy");
        await ThrowsAsync<ObjectDisposedException>(async () => await link.SubmitAsync(update), "A submission by a disposed proxy");
    }

    private static bool IsEndOfProxy(Exception error) => error is IOException or ObjectDisposedException;

    /// <summary>Runs a call whose cancellation may come too late.</summary>
    private static async Task EndsAsync(Func<Task> call, string name)
    {
        if (await Record.ExceptionAsync(call) is { } thrown)
        {
            await ThrowsAsync<OperationCanceledException>(() => Task.FromException(thrown), name);
        }
    }

    private static CheckOutResponse AssignAll(CheckOutRequest device, Memory<float> parameters)
    {
        ParameterLayout layout = ParameterLayout.Create(("all", [parameters.Length]));
        var all = ParameterSelection.Full(layout);
        Ramp(parameters.Length).CopyTo(parameters);
        return new CheckOutResponse(CheckOutOutcome.Assigned, new TrainingAssignment(
            device.Client, default, device.LayoutFingerprint, default, default, all, all, UpdateContent.Difference, TimeSpan.FromMinutes(1)));
    }
}
