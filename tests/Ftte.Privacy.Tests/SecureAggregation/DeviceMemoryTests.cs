using System.Runtime.CompilerServices;
using Ftte.Privacy.Cryptography;
using Ftte.Privacy.SecureAggregation;

namespace Ftte.Privacy.Tests.SecureAggregation;

/// <summary>The memory of the secure steps on a device.</summary>
[Collection(AloneCollection.Name)]
public class DeviceMemoryTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(("model", [3]));

    [Fact]
    public void The_bound_follows_from_the_size_of_a_cohort()
    {
        var options = new SecureAggregationOptions { Capacity = 10 };

        Assert.Equal(12, options.CohortSize);
        Assert.Equal(65_536 + (12 * 3072), options.DeviceMemoryBytes);
        Assert.Equal(options.DeviceMemoryBytes, SecureSubmitter.ComputeMemoryBytes(12));
    }

    /// <summary>Measures what devices hold after their last step, when they hold the most: keys, shares, and the ciphers of all masks.</summary>
    [Theory]
    [InlineData(6, 1_000)]
    [InlineData(32, 1_000)]
    [InlineData(32, 200_000)]
    [InlineData(100, 1_000)]
    public void What_a_device_holds_is_within_the_bound_whatever_the_size_of_the_model(int members, int length)
    {
        const int Devices = 8;
        using var bench = new CohortBench([.. Enumerable.Repeat(256, members)], threshold: (members / 2) + 1, length);
        EncryptedShares[] shares = [.. bench.Devices[1..].Select(device => device.Join(bench.Description))];
        Run(bench, shares).Dispose();

        long before = GC.GetTotalMemory(forceFullCollection: true);
        CohortParticipant[] held = [.. Enumerable.Range(0, Devices).Select(_ => Run(bench, shares))];
        long bytes = GC.GetTotalMemory(forceFullCollection: true) - before;

        Assert.InRange(bytes / Devices, 1, SecureSubmitter.ComputeMemoryBytes(members));
        Array.ForEach(held, device => device.Dispose());
    }

    [Fact]
    public async Task A_client_reports_and_trains_with_the_memory_that_remains()
    {
        await using var server = new RecordingServer();
        var trainer = new RecordingTrainer();
        var submitter = new SecureSubmitter(server, server, server, minContributors: 2, maxMembers: 10);
        var client = new FederatedClient(submitter, trainer, new FederatedClientOptions { ClientId = new ClientId("a"), MemoryBudgetBytes = 200_000, MaxSubmitAttempts = 1 });

        await Assert.ThrowsAnyAsync<IOException>(async () => await client.RunOnceAsync());

        Assert.Equal(200_000 - SecureSubmitter.ComputeMemoryBytes(10), server.ReportedBytes);
        Assert.Equal(server.ReportedBytes, trainer.MemoryBudgetBytes);
    }

    [Fact]
    public async Task A_budget_that_is_smaller_than_what_the_steps_reserve_is_refused()
    {
        await using var server = new RecordingServer();
        var options = new FederatedClientOptions { ClientId = new ClientId("a"), MemoryBudgetBytes = 100_000 };

        ArgumentException refused = Assert.Throws<ArgumentException>(() => new FederatedClient(new SecureSubmitter(server, server, server, maxMembers: 20), new RecordingTrainer(), options));

        Assert.StartsWith("MemoryBudgetBytes is 100000, but SecureSubmitter reserves 126976 bytes for its calls. Raise the budget", refused.Message, StringComparison.Ordinal);
        Assert.Equal(100_000, options.MemoryBudgetBytes);
    }

    [Fact]
    public void A_cohort_that_is_larger_than_the_memory_of_the_device_is_refused()
    {
        using var bench = new CohortBench([.. Enumerable.Repeat(256, 7)], threshold: 4);
        using var small = new CohortParticipant(bench.HeaderOf(0), 5, minContributors: 2, new TestSecretGenerator(1000), maxMembers: 6);

        SecureAggregationException refused = Assert.Throws<SecureAggregationException>(() => small.Join(bench.Description));

        Assert.Equal(CohortRefusal.CohortSize, refused.Refusal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new CohortParticipant(bench.HeaderOf(0), 5, minContributors: 7, maxMembers: 6));
    }

    /// <summary>Runs the steps of device 0.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CohortParticipant Run(CohortBench bench, EncryptedShares[] others)
    {
        var device = new CohortParticipant(bench.HeaderOf(0), bench.Values[0].Length, 2, new TestSecretGenerator(1000));
        EncryptedShares own = device.Join(bench.Description);
        int count = bench.Devices.Length;
        MaskedUpdate masked = device.Mask(
            new SharesForMember([.. Enumerable.Range(0, count)], [.. Enumerable.Range(0, count).Select(i => (i == 0 ? own : others[i - 1]).Ciphertexts[0])]), bench.Values[0]);
        var part = new uint[Math.Min(masked.Count, MaskSet.BufferLength)];
        byte[] bytes = new byte[part.Length * masked.BytesPerValue];
        for (int start = 0; start < masked.Count; start += part.Length)
        {
            int length = Math.Min(part.Length, masked.Count - start);
            masked.Read(start, part.AsMemory(0, length));
            masked.Encode(part.AsSpan(0, length), bytes);
        }

        device.Unmask([.. Enumerable.Range(0, count)]);
        return device;
    }

    private sealed class RecordingTrainer : ILocalTrainer
    {
        public ParameterLayout Layout => DeviceMemoryTests.Layout;

        public long? MemoryBudgetBytes { get; private set; }

        public ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default)
        {
            MemoryBudgetBytes = assignment.MemoryBudgetBytes;
            return new(SparseUpdate.Create(assignment.CreateHeader(1), [1f, 2f, 3f]));
        }
    }

    /// <summary>A server that assigns work and forms no cohort.</summary>
    private sealed class RecordingServer : IFederatedServer, IReadyQueue, ICohortServer, IAsyncDisposable
    {
        private readonly FederatedServer _server = new(
            new Ftte.Aggregation.BufferedAggregator(new ModelSnapshot(Layout, default, new float[3]), Selections), Selections);

        private static Ftte.Selection.SelectionHistory Selections { get; } = new(ParameterSelection.Full(Layout));

        public long ReportedBytes { get; private set; }

        public ValueTask DisposeAsync() => _server.DisposeAsync();

        public ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default)
        {
            ReportedBytes = request.MemoryBudgetBytes;
            return _server.CheckOutAsync(request, parameters, cancellationToken);
        }

        public ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<CohortInvitation> AnnounceAsync(ReadyAnnouncement announcement, CancellationToken cancellationToken = default) => throw new IOException("No cohort.");

        public ValueTask<SharesForMember> ShareAsync(Guid cohort, ClientId client, EncryptedShares shares, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<System.Collections.Immutable.ImmutableArray<int>> SubmitMaskedAsync(Guid cohort, ClientId client, MaskedUpdate update, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<UpdateReceipt> UnmaskAsync(Guid cohort, ClientId client, UnmaskingShares shares, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
