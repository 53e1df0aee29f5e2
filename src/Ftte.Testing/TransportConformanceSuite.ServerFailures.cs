using Xunit;

namespace Ftte.Testing;

/// <content>Servers that throw.</content>
public abstract partial class TransportConformanceSuite
{
    /// <summary>Gets the exceptions that a server throws in the facts about failing servers. Some of them mean misuse or cancellation if the device throws them.</summary>
    public static TheoryData<Type> ServerExceptions { get; } =
        [typeof(InvalidOperationException), typeof(IOException), typeof(TimeoutException), typeof(ArgumentException), typeof(ObjectDisposedException), typeof(OperationCanceledException)];

    /// <summary>A server that throws ends the check-out with an exception, and the next call gets its answer.</summary>
    /// <param name="exception">The type of the server's exception.</param>
    [Theory]
    [MemberData(nameof(ServerExceptions))]
    public async Task A_server_that_throws_fails_the_check_out_and_not_the_next(Type exception)
    {
        (ScriptedServer server, IFederatedServer link) = await EchoAsync();
        server.OnCheckOut = (_, _) => throw Create(exception);

        await FailsAsync(exception, async () => await link.CheckOutAsync(NumberedDevice(1), new float[SmallLayout.ParameterCount]), "A check-out at a server that throws");

        server.OnCheckOut = (device, _) => Echo(device);
        await AssertEchoesAsync(link, 2);
    }

    /// <summary>A server that throws ends the submission with an exception, the update can be submitted again, and the next call gets its answer.</summary>
    /// <param name="exception">The type of the server's exception.</param>
    [Theory]
    [MemberData(nameof(ServerExceptions))]
    public async Task A_server_that_throws_fails_the_submission_and_not_the_next(Type exception)
    {
        (ScriptedServer server, IFederatedServer link) = await EchoAsync();
        server.OnSubmit = _ => throw Create(exception);
        using SparseUpdate update = NumberedUpdate(1);

        await FailsAsync(exception, async () => await link.SubmitAsync(update), "A submission to a server that throws");

        server.OnSubmit = sent => Echo(sent.Header);
        Assert.Equal(Echo(update.Header), await link.SubmitAsync(update));
        await AssertEchoesAsync(link, 2);
    }

    /// <summary>A server that throws in one call does not end the calls that wait for their answers meanwhile.</summary>
    [Fact]
    public async Task A_server_that_throws_fails_no_other_call()
    {
        (ScriptedServer server, IFederatedServer link) = await EchoAsync();
        Task arrived = server.HoldAsync();
        Task<CheckOutResponse> waiting = link.CheckOutAsync(NumberedDevice(1), new float[SmallLayout.ParameterCount]).AsTask();
        await ReachAsync(arrived, waiting);
        server.LetPass();
        server.OnSubmit = _ => throw Create(typeof(InvalidOperationException));
        using SparseUpdate update = NumberedUpdate(2);

        await FailsAsync(typeof(InvalidOperationException), async () => await link.SubmitAsync(update), "A submission to a server that throws");

        server.OnSubmit = sent => Echo(sent.Header);
        await AssertEchoesAsync(link, 3);
        server.Release();
        Assert.Equal(Echo(NumberedDevice(1)), await waiting);
    }

    private static Exception Create(Type exception) => (Exception)Activator.CreateInstance(exception, "The server failed.")!;

    private Task FailsAsync(Type exception, Func<Task> call, string name) => PassesServerExceptions
        ? ThrowsAsync(call, name, exception.Name, error => error.GetType() == exception)
        : ThrowsAsync<IOException>(call, name);
}
