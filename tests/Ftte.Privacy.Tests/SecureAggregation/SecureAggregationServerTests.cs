using Ftte.Aggregation;
using Ftte.Privacy.SecureAggregation;
using Ftte.Selection;
using Microsoft.Extensions.Time.Testing;

namespace Ftte.Privacy.Tests.SecureAggregation;

/// <summary>Devices and server in one process: K is 5, so that a cohort has 6 members, of which 4 must remain.</summary>
public sealed partial class SecureAggregationServerTests : IAsyncLifetime, IDisposable
{
    private const int Length = 40;

    private readonly FakeTimeProvider _time = new();
    private readonly ParameterLayout _layout = ParameterLayout.Create(("model", [Length]));
    private readonly SelectionHistory _selections;
    private readonly FederatedServer _server;
    private readonly SecureAggregationServer _secure;
    private readonly SecureSubmitter _submitter;
    private int _clients;

    public SecureAggregationServerTests()
    {
        _selections = new SelectionHistory(ParameterSelection.Full(_layout));
        _server = CreateServer(Aggregation());
        _secure = new SecureAggregationServer(_server, _selections, Options(), _time);
        _submitter = new SecureSubmitter(_server, _secure, _secure, minContributors: 4);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _secure.Dispose();
        await _server.DisposeAsync();
    }

    public void Dispose() => _secure.Dispose();

    [Fact]
    public async Task The_model_moves_by_the_plain_mean_of_the_quantized_updates_and_every_device_gets_its_receipt()
    {
        SparseUpdate[] updates = await TrainAsync(6);

        UpdateReceipt[] receipts = await Task.WhenAll(updates.Select(update => _submitter.SubmitAsync(update).AsTask()));

        Assert.All(receipts, receipt => Assert.True(receipt.IsAccepted, $"{receipt}"));
        Assert.Single(receipts, receipt => receipt.Outcome == UpdateOutcome.Published);
        double[] mean = MeanOf(updates);

        Assert.Equal(1, _server.Current.Version.Number);
        Assert.Equal(mean, _server.Current.Parameters.ToArray().Select(value => (double)value), (a, b) => Math.Abs(a - b) < 1e-7);
    }

    [Fact]
    public async Task An_update_that_is_announced_again_counts_once()
    {
        SparseUpdate[] updates = await TrainAsync(6);
        await Task.WhenAll(updates.Select(update => _submitter.SubmitAsync(update).AsTask()));

        UpdateReceipt again = await _submitter.SubmitAsync(updates[2]);

        Assert.Equal(UpdateOutcome.Duplicate, again.Outcome);
    }

    [Fact]
    public async Task A_failed_cohort_returns_its_updates_to_the_next_one()
    {
        SparseUpdate[] updates = await TrainAsync(9);
        Task<UpdateReceipt>[] staying = [.. updates[..3].Select(update => _submitter.SubmitAsync(update).AsTask())];
        CohortInvitation[] left = await Task.WhenAll(updates[3..6].Select(async update =>
        {
            using var silent = new CohortParticipant(update.Header, Length, 4);
            return await _secure.AnnounceAsync(silent.Announcement);
        }));
        Assert.All(left, invitation => Assert.Equal(6, invitation.Cohort!.Members.Length));

        // Three of six remain, but four are needed.
        await UntilAsync(() => _secure.GetProgress(left[0].Cohort!.Id) == (CohortStep.Sharing, 3));
        _time.Advance(Options().StepTimeout);
        foreach (Task<UpdateReceipt> task in staying)
        {
            Assert.Equal(CohortRefusal.TooFewMembers, (await Assert.ThrowsAsync<SecureAggregationException>(() => task)).Refusal);
        }

        SparseUpdate[] next = [.. updates[..3], .. updates[6..]];
        UpdateReceipt[] receipts = await Task.WhenAll(next.Select(update => _submitter.SubmitAsync(update).AsTask()));

        Assert.All(receipts, receipt => Assert.True(receipt.IsAccepted));
        Assert.Equal(MeanOf(next), _server.Current.Parameters.ToArray().Select(value => (double)value), (a, b) => Math.Abs(a - b) < 1e-7);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_cohort_goes_on_without_members_that_leave_at_any_step(int answers)
    {
        SparseUpdate[] updates = await TrainAsync(6);
        Task<UpdateReceipt>[] staying = [.. updates[..5].Select(update => _submitter.SubmitAsync(update).AsTask())];
        using var leaving = new CohortParticipant(updates[5].Header, Length, 4);
        CohortInvitation invitation = await _secure.AnnounceAsync(leaving.Announcement);
        ClientId client = updates[5].Header.Client;
        _ = LeaveAsync();

        if (answers < 2)
        {
            // After its last answer, everybody waits for this member.
            await UntilAsync(() => _secure.GetProgress(invitation.Cohort!.Id) == ((CohortStep)answers, 5));
            _time.Advance(Options().StepTimeout);
        }

        UpdateReceipt[] receipts = await Task.WhenAll(staying);
        Assert.All(receipts, receipt => Assert.True(receipt.IsAccepted));
        SparseUpdate[] contributing = answers == 2 ? updates : updates[..5];
        Assert.Equal(MeanOf(contributing), _server.Current.Parameters.ToArray().Select(value => (double)value), (a, b) => Math.Abs(a - b) < 1e-7);

        // Its update counts once: it is in the sum if the masked update arrived, and goes into another cohort otherwise.
        if (answers == 2)
        {
            Assert.Equal(UpdateOutcome.Duplicate, (await _submitter.SubmitAsync(updates[5])).Outcome);
        }

        async Task LeaveAsync()
        {
            if (answers >= 1)
            {
                SharesForMember shares = await _secure.ShareAsync(invitation.Cohort!.Id, client, leaving.Join(invitation.Cohort));
                if (answers >= 2)
                {
                    await _secure.SubmitMaskedAsync(invitation.Cohort.Id, client, leaving.Mask(shares, updates[5].Values));
                }
            }
        }
    }

    [Fact]
    public async Task A_member_that_lost_the_answer_to_its_masked_update_gets_it_also_after_the_cohort_has_ended()
    {
        SparseUpdate[] updates = await TrainAsync(6);
        Task<UpdateReceipt>[] others = [.. updates[..5].Select(update => _submitter.SubmitAsync(update).AsTask())];
        using var participant = new CohortParticipant(updates[5].Header, Length, 4);
        ClientId client = updates[5].Header.Client;
        CohortDescription cohort = (await _secure.AnnounceAsync(participant.Announcement)).Cohort!;
        SharesForMember shares = await _secure.ShareAsync(cohort.Id, client, participant.Join(cohort));
        await _secure.SubmitMaskedAsync(cohort.Id, client, participant.Mask(shares, updates[5].Values));
        await Task.WhenAll(others);

        var again = await _secure.SubmitMaskedAsync(cohort.Id, client, participant.Mask(shares, updates[5].Values));

        Assert.Equal([0, 1, 2, 3, 4, 5], again.AsEnumerable());
        Assert.True((await _secure.UnmaskAsync(cohort.Id, client, participant.Unmask(again))).IsAccepted);
    }

    [Fact]
    public async Task Cohorts_of_several_selections_run_at_once()
    {
        SparseUpdate[] whole = await TrainAsync(6);
        _selections.Announce(ParameterSelection.Create(Length, [new ParameterRange(10, 7)]));
        SparseUpdate[] part = await TrainAsync(6, count: 7);
        Assert.Equal(1, part[0].Header.SelectionVersion.Number);

        UpdateReceipt[] receipts = await Task.WhenAll(whole.Zip(part).SelectMany(pair => new[] { pair.First, pair.Second }).Select(update => _submitter.SubmitAsync(update).AsTask()));

        Assert.All(receipts, receipt => Assert.True(receipt.IsAccepted));
        Assert.Equal(2, _server.Current.Version.Number);
    }

    [Fact]
    public async Task A_device_loop_submits_through_cohorts_like_through_the_server()
    {
        using var stop = new CancellationTokenSource();
        int accepted = 0;
        Task[] loops = [.. Enumerable.Range(0, 6).Select(async i =>
        {
            var client = new FederatedClient(_submitter, new FixedTrainer(_layout), new FederatedClientOptions { ClientId = new ClientId($"loop-{i}"), MemoryBudgetBytes = 1 << 20 });
            for (int round = 0; round < 3; round++)
            {
                ClientRound result = await client.RunOnceAsync(stop.Token);
                Assert.True(result.IsAccepted, $"{result}");
                Interlocked.Increment(ref accepted);
            }
        })];

        await Task.WhenAll(loops);

        Assert.Equal(18, accepted);
        Assert.Equal(new SecureAggregationTotals(3, 0, 18, 6), _secure.Totals);
        Assert.Equal(3, _server.Current.Version.Number);
    }

    [Fact]
    public async Task Importance_passes_in_the_clear_and_trained_parameters_are_refused()
    {
        SparseUpdate[] updates = await TrainAsync(1);
        using var trained = SparseUpdate.Create(updates[0].Header with { Content = UpdateContent.Trained }, new float[Length]);
        using var metrics = SparseUpdate.Create(updates[0].Header with { Content = UpdateContent.Evaluation }, [1f]);

        await Assert.ThrowsAsync<NotSupportedException>(async () => await _submitter.SubmitAsync(trained));
        Assert.Equal(UpdateOutcome.NotAssigned, (await _submitter.SubmitAsync(metrics)).Outcome);
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "median", "compares the updates of clients" },
        { "weighting", "Set Weighting of the aggregator to ConstantWeighting" },
        { "clip", "The norm of a mean says nothing" },
        { "capacity", "Set Capacity of the aggregator, now 5, to 6, and FlushShare to at most 0.67" },
        { "private", "Use differential privacy or secure aggregation" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Aggregators_that_need_single_updates_are_refused_with_a_reason(string kind, string reason)
    {
        BufferedAggregatorOptions options = Aggregation();
        switch (kind)
        {
            case "median":
                options.Reduction = Reduction.Median();
                break;
            case "weighting":
                options.Weighting = new PolynomialWeighting();
                break;
            case "capacity":
                options.Capacity = 5;
                break;
            case "clip":
                options.NormClip = 3;
                break;
        }

        await using FederatedServer server = kind == "private"
            ? new FederatedServer(new PrivateAggregator(new ModelSnapshot(_layout, default, new float[Length]), _selections, PrivacyBench.AlmostNoiseless()), _selections)
            : CreateServer(options);

        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => new SecureAggregationServer(server, _selections, Options())).Message, StringComparison.Ordinal);
    }

    private static SecureAggregationOptions Options() => new() { Capacity = 5, Quantization = new SharedQuantization(1) };

    private static BufferedAggregatorOptions Aggregation()
    {
        BufferedAggregatorOptions options = BufferedAggregatorOptions.FedBuff();
        (options.Capacity, options.Weighting, options.Reduction) = (6, new ConstantWeighting(), Reduction.MassDampedMean(byExamples: false));
        return options;
    }

    private FederatedServer CreateServer(BufferedAggregatorOptions options) =>
        new(new BufferedAggregator(new ModelSnapshot(_layout, default, new float[Length]), _selections, options), _selections);

    /// <summary>Checks new clients out and creates their updates.</summary>
    private async Task<SparseUpdate[]> TrainAsync(int devices, int count = Length)
    {
        var updates = new SparseUpdate[devices];
        for (int i = 0; i < devices; i++)
        {
            var random = new Random(_clients);
            CheckOutResponse response = await _submitter.CheckOutAsync(new CheckOutRequest(new ClientId($"device-{_clients++}"), 1 << 20, _layout.Fingerprint), new float[Length]);
            updates[i] = SparseUpdate.Create(response.Assignment!.CreateHeader(7), [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)]);
        }

        return updates;
    }

    /// <summary>Computes the mean of updates of full weight after quantization.</summary>
    private static double[] MeanOf(SparseUpdate[] updates)
    {
        var quantization = new SharedQuantization(1);
        var sum = new double[Length];
        foreach (SparseUpdate update in updates)
        {
            var quantized = new uint[Length];
            quantization.Quantize(update.Values.Span, 0, Wire.WireMessage.GetSeed(update.Header.Client, update.Header.Id), 1, quantized);
            for (int i = 0; i < Length; i++)
            {
                sum[i] += (int)quantized[i];
            }
        }

        return [.. sum.Select(value => (double)(float)(value * quantization.Step / updates.Length))];
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    private sealed class FixedTrainer(ParameterLayout layout) : ILocalTrainer
    {
        public ParameterLayout Layout => layout;

        public ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default) =>
            new(SparseUpdate.Create(assignment.CreateHeader(1), [.. Enumerable.Repeat(0.01f, Length)]));
    }
}
