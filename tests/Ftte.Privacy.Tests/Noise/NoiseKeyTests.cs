using Ftte.Privacy.Noise;

namespace Ftte.Privacy.Tests.Noise;

public class NoiseKeyTests
{
    private static readonly byte[] Sums = [.. Enumerable.Repeat((byte)7, 32)];
    private static readonly byte[] OtherSums = [.. Enumerable.Repeat((byte)8, 32)];

    [Fact]
    public void The_same_sums_of_the_same_version_have_the_same_seed()
    {
        var key = NoiseKey.CreateRandom();

        Assert.Equal(key.DeriveSeed(3, Sums), NoiseKey.Load(key.Bytes).DeriveSeed(3, Sums));
    }

    [Fact]
    public void Another_version_other_sums_and_another_key_have_other_seeds()
    {
        NoiseKey key = NoiseKey.CreateRandom(), other = NoiseKey.CreateRandom();
        byte[][] seeds = [key.DeriveSeed(3, Sums), key.DeriveSeed(4, Sums), key.DeriveSeed(3, OtherSums), other.DeriveSeed(3, Sums)];

        Assert.Equal(seeds.Length, seeds.Select(Convert.ToHexString).Distinct().Count());
    }

    [Fact]
    public void A_key_for_tests_follows_from_its_seed()
    {
        Assert.Equal(NoiseKey.CreateForTests(5).Bytes.ToArray(), NoiseKey.CreateForTests(5).Bytes.ToArray());
        Assert.NotEqual(NoiseKey.CreateForTests(5).Bytes.ToArray(), NoiseKey.CreateForTests(6).Bytes.ToArray());
    }
}
