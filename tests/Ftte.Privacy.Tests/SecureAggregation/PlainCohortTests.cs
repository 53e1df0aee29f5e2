using Ftte.Privacy.SecureAggregation;

namespace Ftte.Privacy.Tests.SecureAggregation;

/// <summary>The sum in the clear has the bits of the protocol.</summary>
public class PlainCohortTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    public void The_mean_has_the_bits_of_the_protocol_for_every_set_of_contributors(int bits)
    {
        int[] weights = [256, 200, 1, 256, 9];
        var quantization = new SharedQuantization(1, bits);
        foreach (int leaving in Enumerable.Range(-1, 6))
        {
            using var bench = new CohortBench([.. weights], threshold: 3, length: 70, seed: 5, quantization);
            bench.Run([.. Enumerable.Range(0, 5).Select(i => i == leaving ? 1 : 3)]);
            var plain = new PlainCohort(quantization, 70);
            foreach (int i in Enumerable.Range(0, 5).Where(i => i != leaving))
            {
                using var update = SparseUpdate.Create(bench.HeaderOf(i), bench.Values[i]);
                plain.Add(update, weights[i]);
            }

            Assert.Equal(CohortSum.ComputeMean(bench.Sum!.Values.Span, quantization, bench.Sum.Contributors.Length), plain.ComputeMean());
        }
    }

    [Fact]
    public void Updates_that_do_not_fit_are_refused()
    {
        var cohort = new PlainCohort(new SharedQuantization(1), 2);
        using var shorter = SparseUpdate.Create(new UpdateHeader(new ClientId("a"), new UpdateId(1), 1, default, default, 1), [1f]);
        using var fitting = SparseUpdate.Create(new UpdateHeader(new ClientId("a"), new UpdateId(1), 1, default, default, 1), [1f, 2f]);

        Assert.Throws<ArgumentOutOfRangeException>(() => cohort.Add(shorter, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => cohort.Add(fitting, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => cohort.Add(fitting, 257));
        Assert.Throws<InvalidOperationException>(() => cohort.ComputeMean());
        for (int i = 0; i < CohortDescription.MaxMembers; i++)
        {
            cohort.Add(fitting, 256);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => cohort.Add(fitting, 1));
        Assert.Equal(1, cohort.ComputeMean()[0], 1e-4);
    }
}
