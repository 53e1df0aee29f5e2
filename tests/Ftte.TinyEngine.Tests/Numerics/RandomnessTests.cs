using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Tests.Numerics;

public class RandomnessTests
{
    [Fact]
    public void SplitMix64_gives_the_published_sequence() =>
        Assert.Equal(
            [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821],
            Enumerable.Range(0, 5).Select(i => SplitMix64.At(1234567, (ulong)i)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(600)]
    [InlineData(1025)]
    public void A_shuffle_names_every_element_once(int count)
    {
        var shuffle = new Shuffle(count, 42);
        Assert.Equal(Enumerable.Range(0, count), Enumerable.Range(0, count).Select(i => shuffle[i]).Order());
    }

    [Fact]
    public void Shuffles_put_every_element_everywhere_about_equally_often()
    {
        const int Count = 20, Trials = 20_000;
        int[,] seen = new int[Count, Count];
        for (int trial = 0; trial < Trials; trial++)
        {
            var shuffle = new Shuffle(Count, (ulong)trial);
            for (int i = 0; i < Count; i++)
            {
                seen[i, shuffle[i]]++;
            }
        }

        // 1000 expected, standard deviation 31: six of them leave room for 400 cells.
        Assert.All(seen.Cast<int>(), n => Assert.InRange(n, 815, 1185));
    }

    [Fact]
    public void A_shuffle_of_the_largest_count_works()
    {
        var shuffle = new Shuffle(int.MaxValue, 7);
        Assert.All(Enumerable.Range(0, 1000), i => Assert.InRange(shuffle[i], 0, int.MaxValue - 1));
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(i => shuffle[i]).Distinct().Count());
    }
}
