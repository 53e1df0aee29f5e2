using Ftte.Privacy.SecureAggregation;

namespace Ftte.Privacy.Tests.SecureAggregation;

/// <summary>A device deviates from the protocol. The sum is right, or there is none.</summary>
public sealed class HostileDeviceTests : IDisposable
{
    private readonly CohortBench _bench = new([256, 200, 100, 256, 9], threshold: 3);

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void A_wrong_share_is_detected_and_replaced_if_there_are_enough_others(int answers, bool isReplaced)
    {
        RunToUnmasking(leaving: 4);
        for (int i = 0; i < answers; i++)
        {
            UnmaskingShares shares = _bench.Devices[i].Unmask(_bench.Server.Remaining);
            _bench.Server.AddUnmasking(i, i == 1 ? new UnmaskingShares([.. shares.Shares.Select(_ => (ReadOnlyMemory<byte>)new byte[32])]) : shares);
        }

        Assert.Equal(isReplaced, _bench.Server.TryComplete(out CohortSum? sum));
        Assert.Equal(isReplaced ? CohortStep.Completed : CohortStep.Unmasking, _bench.Server.Step);
        if (sum is not null)
        {
            Assert.Equal(_bench.PlainSum([0, 1, 2, 3]), sum.Values.ToArray());
        }
    }

    [Fact]
    public void Answers_of_the_wrong_length_are_refused_and_do_not_count()
    {
        EncryptedShares shares = _bench.Devices[0].Join(_bench.Description);
        AssertRefused(CohortRefusal.InvalidShares, () => _bench.Server.AddShares(0, shares with { Ciphertexts = shares.Ciphertexts[1..] }));
        AssertRefused(CohortRefusal.InvalidShares, () => _bench.Server.AddShares(0, shares with { Ciphertexts = shares.Ciphertexts.SetItem(2, new byte[79]) }));
        AssertRefused(CohortRefusal.InvalidShares, () => _bench.Server.AddShares(0, shares with { Commitment = new byte[31] }));
        Assert.False(_bench.Server.IsStepComplete);

        RunToUnmasking(leaving: 4);
        AssertRefused(CohortRefusal.InvalidShares, () => _bench.Server.AddUnmasking(0, new UnmaskingShares([new byte[32]])));
        AssertRefused(CohortRefusal.WrongStep, () => _bench.Server.AddUnmasking(4, new UnmaskingShares([])));
        AssertRefused(CohortRefusal.WrongStep, () => _bench.Server.AddMasked(4, MaskedUpdate.FromBytes(new byte[20], 5, 4)));
    }

    [Fact]
    public void A_masked_update_of_the_wrong_length_is_refused_before_memory_is_allocated()
    {
        AssertRefused(CohortRefusal.Mismatch, () => MaskedUpdate.FromBytes(new byte[7], 2, 4));
        AssertRefused(CohortRefusal.Mismatch, () => MaskedUpdate.FromBytes(new byte[8], int.MaxValue, 4));
        foreach (int i in Enumerable.Range(0, 5))
        {
            _bench.Server.AddShares(i, _bench.Devices[i].Join(_bench.Description));
        }

        _bench.Server.EndStep();
        AssertRefused(CohortRefusal.Mismatch, () => _bench.Server.AddMasked(0, MaskedUpdate.FromBytes(new byte[24], 6, 4)));
        AssertRefused(CohortRefusal.Mismatch, () => _bench.Server.AddMasked(0, MaskedUpdate.FromBytes(new byte[15], 5, 3)));
    }

    [Fact]
    public void An_update_that_is_sent_twice_counts_once()
    {
        RunToMasking();
        for (int i = 0; i < 10; i++)
        {
            _bench.Server.AddMasked(i % 5, _bench.Devices[i % 5].Mask(_bench.Server.GetShares(i % 5), _bench.Values[i % 5]));
        }

        _bench.Server.EndStep();
        foreach (int i in Enumerable.Range(0, 3))
        {
            _bench.Server.AddUnmasking(i, _bench.Devices[i].Unmask(_bench.Server.Remaining));
        }

        Assert.True(_bench.Server.TryComplete(out CohortSum? sum));
        Assert.Equal(_bench.PlainSum([0, 1, 2, 3, 4]), sum.Values.ToArray());
    }

    [Fact]
    public void A_cohort_whose_update_breaks_off_fails_instead_of_returning_a_wrong_sum()
    {
        RunToMasking();

        Assert.Throws<IOException>(() => _bench.Server.AddMasked(0, new MaskedUpdate(5, 4, (_, _) => throw new IOException("The link broke."))));

        Assert.Equal(CohortStep.Failed, _bench.Server.Step);
    }

    private static void AssertRefused(CohortRefusal expected, Action action) => Assert.Equal(expected, Assert.Throws<SecureAggregationException>(action).Refusal);

    private void RunToMasking()
    {
        foreach (int i in Enumerable.Range(0, 5))
        {
            _bench.Server.AddShares(i, _bench.Devices[i].Join(_bench.Description));
        }

        _bench.Server.EndStep();
    }

    private void RunToUnmasking(int leaving)
    {
        RunToMasking();
        foreach (int i in Enumerable.Range(0, 5).Where(i => i != leaving))
        {
            _bench.Server.AddMasked(i, _bench.Devices[i].Mask(_bench.Server.GetShares(i), _bench.Values[i]));
        }

        _bench.Server.EndStep();
    }
}
