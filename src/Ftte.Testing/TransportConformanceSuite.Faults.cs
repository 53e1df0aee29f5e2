using Xunit;

namespace Ftte.Testing;

/// <content>Servers and networks that fail.</content>
public abstract partial class TransportConformanceSuite
{
    /// <summary>Gets every fault that ends a call by itself.</summary>
    public static TheoryData<LinkFault> Faults { get; } = [.. Enum.GetValues<LinkFault>().Where(f => f != LinkFault.Hang)];

    /// <summary>However a check-out fails, the exception is an <see cref="IOException"/>, and the next call fails in the same way.</summary>
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
            await Assert.ThrowsAnyAsync<IOException>(async () => await link.CheckOutAsync(Device(), new float[SmallLayout.ParameterCount]));
        }
    }

    /// <summary>However a submission fails, the exception is an <see cref="IOException"/>, and the update is still the caller's, who may submit it again.</summary>
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
            await Assert.ThrowsAnyAsync<IOException>(async () => await link.SubmitAsync(update));
            Assert.Equal([1, 2, 3], update.Values.ToArray());
        }
    }

    /// <summary>A device loop goes on, whatever the fault, and reports it.</summary>
    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_device_loop_survives_a_faulty_link(LinkFault fault)
    {
        if (await FaultyLinkAsync(fault) is not { } link)
        {
            return;
        }

        var options = new FederatedClientOptions { ClientId = Client, MemoryBudgetBytes = 1, InitialBackoff = TimeSpan.FromTicks(1), MaxBackoff = TimeSpan.FromTicks(1) };
        var client = new FederatedClient(link, new IdleTrainer(), options);

        int failed = 0;
        await foreach (ClientRound round in client.RunRoundsAsync())
        {
            Assert.NotNull(round.Error);
            if (++failed == 3)
            {
                break;
            }
        }

        Assert.Equal(3, client.Status.ConsecutiveFailures);
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

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => checkOut);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => submit);
    }

    private async Task<IFederatedServer?> FaultyLinkAsync(LinkFault fault)
    {
        IFederatedServer? link = await ConnectToFaultyServerAsync(fault);
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
