namespace Ftte.Privacy.Tests;

public class GaussianAccountantTests
{
    /// <summary>The tolerance of the ratio to values that were computed with 50 digits.</summary>
    private const double Digits = 2e-15;

    [Theory]
    [InlineData(0.5, 1e-5, 9.9972561464343003591)]
    [InlineData(1, 1e-5, 4.3771780956812246086)]
    [InlineData(2, 1e-5, 1.9930914044151196213)]
    [InlineData(3, 1e-5, 1.2710877669435984595)]
    [InlineData(5, 1e-5, 0.72552175085779582282)]
    [InlineData(10, 1e-5, 0.34066936468432640862)]
    [InlineData(1, 1e-6, 4.8865541174622120059)]
    [InlineData(2, 1e-6, 2.2540846502197409399)]
    public void Epsilon_follows_from_the_noise(double sigma, double delta, double expected) =>
        Assert.Equal(1, GaussianAccountant.ComputeEpsilon(sigma, delta) / expected, Digits);

    [Theory]
    [InlineData(0.5, 7.0318266755824914044)]
    [InlineData(1, 3.7306316348159418139)]
    [InlineData(2, 1.9938124456435366774)]
    [InlineData(4, 1.0811618495202392039)]
    [InlineData(8, 0.60022907219895155695)]
    public void The_noise_follows_from_epsilon(double epsilon, double expected) =>
        Assert.Equal(1, GaussianAccountant.ComputeSigma(epsilon, 1e-5) / expected, Digits);

    [Theory]
    [InlineData(0.3, 1e-10)]
    [InlineData(1, 1e-10)]
    [InlineData(1.7, 1e-30)]
    [InlineData(40, 1e-10)]
    [InlineData(1000, 1e-8)]
    public void Both_directions_agree(double sigma, double delta)
    {
        double epsilon = GaussianAccountant.ComputeEpsilon(sigma, delta);

        Assert.Equal(1, GaussianAccountant.ComputeSigma(epsilon, delta) / sigma, 1e-9);
        Assert.InRange(GaussianAccountant.ComputeDelta(sigma, epsilon), 0, delta);
        Assert.True(GaussianAccountant.ComputeDelta(sigma, epsilon * (1 - 1e-9)) > delta);
    }

    [Fact]
    public void Delta_at_epsilon_zero_is_the_total_variation() =>
        Assert.Equal(0.3829249225480262, GaussianAccountant.ComputeDelta(1, 0), 1e-15);

    [Fact]
    public void Epsilon_is_zero_if_the_noise_alone_reaches_delta() =>
        Assert.Equal(0, GaussianAccountant.ComputeEpsilon(1e6, 1e-5));

    /// <summary>
    /// The production run for Spanish of Xu et al. (2023, arXiv 2305.18465): noise multiplier 7, 2,000 versions, at most 6 contributions that are at least 314 apart, noise on the
    /// nodes of a binary tree. A contribution counts in every complete node above its leaf.
    /// </summary>
    [Fact]
    public void A_published_run_spent_less_than_Renyi_accounting_states()
    {
        int largest = 0;
        for (int first = 0; first + (5 * 314) < 2000; first++)
        {
            int[] leaves = [.. Enumerable.Range(0, 6).Select(i => first + (i * 314))];
            largest = Math.Max(largest, Enumerable.Range(0, 11).Sum(level => leaves
                .GroupBy(leaf => leaf >> level)
                .Where(node => (node.Key + 1) << level <= 2000)
                .Sum(node => node.Count() * node.Count())));
        }

        Assert.Equal(79, largest);
        Assert.Equal(8.5261, GaussianAccountant.ComputeEpsilon(7 / Math.Sqrt(largest), 1e-10), 0.00005);
    }

    [Theory]
    [InlineData(0, 1e-5)]
    [InlineData(double.NaN, 1e-5)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(1, double.NaN)]
    public void Invalid_arguments_are_rejected(double sigma, double delta) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianAccountant.ComputeEpsilon(sigma, delta));
}
