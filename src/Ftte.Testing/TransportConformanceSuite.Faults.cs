using Xunit;

namespace Ftte.Testing;

/// <content>Broken links.</content>
public abstract partial class TransportConformanceSuite
{
    /// <summary>Gets every fault that ends a call by itself.</summary>
    public static TheoryData<LinkFault> Faults { get; } = [.. Enum.GetValues<LinkFault>().Where(f => f != LinkFault.Hang)];

    /// <summary>However a check-out fails, the exception is an <see cref="IOException"/>, and the next call fails in the same way.</summary>
    /// <param name="fault">The failure of the link.</param>
    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_check_out_over_a_faulty_link_throws_IOException(LinkFault fault)
    {
        if (await FaultyLinkAsync(fault) is not { } link)
        {
            return;
        }

        for (int call = 0; call < 2; call++)
        {
            await ThrowsAsync<IOException>(async () => await link.CheckOutAsync(Device(), new float[SmallLayout.ParameterCount]), $"A check-out over a link with the fault {fault}");
        }
    }

    /// <summary>However a submission fails, the exception is an <see cref="IOException"/>, and the update still belongs to the caller, who may submit it again.</summary>
    /// <param name="fault">The failure of the link.</param>
    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_submission_over_a_faulty_link_throws_IOException(LinkFault fault)
    {
        if (await FaultyLinkAsync(fault) is not { } link)
        {
            return;
        }

        using SparseUpdate update = SparseUpdate.Create(Header, [1, 2, 3]);
        for (int call = 0; call < 2; call++)
        {
            await ThrowsAsync<IOException>(async () => await link.SubmitAsync(update), $"A submission over a link with the fault {fault}");
            Assert.Equal([1, 2, 3], update.Values.ToArray());
        }
    }

    /// <summary>A device loop reports each failed round and goes on.</summary>
    /// <param name="fault">The failure of the link.</param>
    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_device_loop_survives_a_faulty_link(LinkFault fault)
    {
        if (await OpenFaultyLinkAsync(fault) is not { } link)
        {
            return;
        }

        var options = new FederatedClientOptions { ClientId = Client, MemoryBudgetBytes = 1, InitialBackoff = TimeSpan.FromTicks(1), MaxBackoff = TimeSpan.FromTicks(1) };
        var client = new FederatedClient(link, new IdleTrainer(), options);

        Assert.Equal(3, await WithinAsync(CountFailuresAsync, $"three failed rounds of a device loop over a link with the fault {fault}."));

        async Task<int> CountFailuresAsync()
        {
            int failed = 0;
            await foreach (ClientRound round in client.RunRoundsAsync())
            {
                Assert.NotNull(round.Error);
                if (++failed == 3)
                {
                    break;
                }
            }

            return client.Status.ConsecutiveFailures;
        }
    }

    /// <summary>A call that hangs can be canceled.</summary>
    [Fact]
    public async Task A_call_that_hangs_can_be_canceled()
    {
        if (await FaultyLinkAsync(LinkFault.Hang) is not { } link)
        {
            return;
        }

        using var cancellation = new CancellationTokenSource();
        using SparseUpdate update = SparseUpdate.Create(Header, [1]);
        Task checkOut = link.CheckOutAsync(Device(), new float[SmallLayout.ParameterCount], cancellation.Token).AsTask();
        Task submit = link.SubmitAsync(update, cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await ThrowsAsync<OperationCanceledException>(() => checkOut, "A canceled check-out");
        await ThrowsAsync<OperationCanceledException>(() => submit, "A canceled submission");
    }

    private async Task<IFederatedServer?> FaultyLinkAsync(LinkFault fault) =>
        await OpenFaultyLinkAsync(fault) is { } link ? new WatchedLink(link, CallTimeout, server: null) : null;

    private async Task<IFederatedServer?> OpenFaultyLinkAsync(LinkFault fault)
    {
        IFederatedServer? link = await WithinAsync(() => ConnectToFaultyServerAsync(fault).AsTask(), nameof(ConnectToFaultyServerAsync) + " to end.");
        if (link is not null)
        {
            _links.Add(link);
        }

        return link;
    }

    private sealed class IdleTrainer : ILocalTrainer
    {
        public ParameterLayout Layout => SmallLayout;

        public ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("No assignment was expected.");
    }
}
