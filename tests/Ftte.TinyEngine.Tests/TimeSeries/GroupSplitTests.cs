using CsCheck;
using Ftte.TinyEngine.TimeSeries;

namespace Ftte.TinyEngine.Tests.TimeSeries;

public class GroupSplitTests
{
    private static readonly Gen<string[]> Groups = Gen.Int[0, 12].Array[2, 80].Select(numbers => numbers.Select(n => $"person {n}").ToArray()).Where(groups => groups.Distinct().Count() > 1);

    [Fact]
    public void No_group_is_on_both_sides_and_every_member_is_on_one() => Gen.Select(Groups, Gen.Double[0.01, 0.99], Gen.ULong).Sample((groups, share, seed) =>
    {
        (int[] training, int[] test) = GroupSplit.Split(groups, share, seed);
        Assert.Equal(Enumerable.Range(0, groups.Length), training.Concat(test).Order());
        Assert.Empty(training.Select(i => groups[i]).Intersect(test.Select(i => groups[i])));
        Assert.NotEmpty(training);
        Assert.NotEmpty(test);
        int distinct = groups.Distinct().Count();
        Assert.Equal(Math.Clamp(Math.Round(share * distinct), 1, distinct - 1), test.Select(i => groups[i]).Distinct().Count());
    });

    [Fact]
    public void The_division_depends_only_on_the_groups_and_the_seed() => Gen.Select(Groups, Gen.ULong).Sample((groups, seed) =>
    {
        string[] TestGroups(string[] members) => [.. GroupSplit.Split(members, 0.4, seed).Test.Select(i => members[i]).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(TestGroups(groups), TestGroups([.. groups.Reverse(), .. groups]));
    });

    [Fact]
    public void A_seed_gives_the_same_division_on_every_machine()
    {
        string[] people = [.. Enumerable.Range(1, 10).Select(n => $"s{n:00}")];
        Assert.Equal(GroupSplit.Split(people, 0.3, seed: 1).Test, GroupSplit.Split(people, 0.3, seed: 1).Test);
        Assert.True(Enumerable.Range(0, 20).Select(seed => string.Join(',', GroupSplit.Split(people, 0.3, (ulong)seed).Test)).Distinct().Count() > 10);
    }

    [Fact]
    public void Folds_have_whole_groups_and_almost_equal_numbers_of_them() => Gen.Select(Groups, Gen.Int[1, 13], Gen.ULong).Sample((groups, folds, seed) =>
    {
        int distinct = groups.Distinct().Count();
        folds = Math.Min(folds, distinct);
        int[] fold = GroupSplit.ToFolds(groups, folds, seed);
        int[] sizes = [.. groups.Select((group, i) => (group, fold[i])).Distinct().GroupBy(pair => pair.Item2).Select(g => g.Count())];
        Assert.Equal(folds, sizes.Length);
        Assert.Equal(distinct, sizes.Sum());
        Assert.InRange(sizes.Max() - sizes.Min(), 0, 1);
    });

    [Fact]
    public void Too_few_groups_and_shares_out_of_range_are_refused()
    {
        Assert.Contains("There are 1 groups. Specify at least 2", Assert.Throws<ArgumentException>(() => GroupSplit.Split(["a", "a"], 0.5, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => GroupSplit.Split(["a", null!], 0.5, 1));
        Assert.Throws<ArgumentException>(() => GroupSplit.ToFolds(["a", "b"], 3, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GroupSplit.ToFolds(["a", "b"], 0, 1));
        Assert.All([0, 1, double.NaN], share => Assert.Throws<ArgumentOutOfRangeException>(() => GroupSplit.Split(["a", "b"], share, 1)));
    }
}
