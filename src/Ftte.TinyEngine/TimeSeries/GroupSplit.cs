namespace Ftte.TinyEngine.TimeSeries;

/// <summary>Divides examples or recordings by group, such as the person or the recording, so that no group is on both sides.</summary>
/// <remarks>
/// The division depends only on the set of groups and the seed, not on the order or the number of their members. Windows of one recording overlap and resemble each other, so a division
/// by window would test on what was trained.
/// </remarks>
public static class GroupSplit
{
    /// <summary>Divides members into a training part and a test part.</summary>
    /// <param name="groups">The group of each member, with at least two groups.</param>
    /// <param name="testShare">The share of the groups in the test part, in (0, 1); rounded to whole groups, at least one in each part.</param>
    /// <param name="seed">The seed of the selection.</param>
    /// <returns>The indices of the members of each part, ascending.</returns>
    /// <exception cref="ArgumentException">There are fewer than two groups, or a group is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is not in (0, 1).</exception>
    public static (int[] Training, int[] Test) Split(IReadOnlyList<string> groups, double testShare, ulong seed)
    {
        if (!(testShare > 0 && testShare < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(testShare), testShare, "Specify a share in (0, 1).");
        }

        Dictionary<string, int> places = PlacesOf(groups, seed, minGroups: 2);
        int tests = Math.Clamp((int)Math.Round(testShare * places.Count), 1, places.Count - 1);
        ILookup<bool, int> parts = Enumerable.Range(0, groups.Count).ToLookup(i => places[groups[i]] < tests);
        return ([.. parts[false]], [.. parts[true]]);
    }

    /// <summary>Divides members into folds of almost equal numbers of groups, for cross-validation or to rotate roles among people.</summary>
    /// <param name="groups">The group of each member, with at least as many groups as folds.</param>
    /// <param name="folds">The number of folds, at least 1. With as many folds as groups, each fold is one group.</param>
    /// <param name="seed">The seed of the division.</param>
    /// <returns>The fold of each member, 0 to folds - 1.</returns>
    /// <exception cref="ArgumentException">There are fewer groups than folds, or a group is null.</exception>
    public static int[] ToFolds(IReadOnlyList<string> groups, int folds, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 1);
        Dictionary<string, int> places = PlacesOf(groups, seed, folds);
        return [.. groups.Select(group => places[group] % folds)];
    }

    /// <summary>Shuffles the groups.</summary>
    private static Dictionary<string, int> PlacesOf(IReadOnlyList<string> groups, ulong seed, int minGroups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        string[] distinct = [.. groups.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (distinct.Length < minGroups || distinct.Contains(null))
        {
            throw new ArgumentException($"There are {distinct.Length} groups. Specify at least {minGroups}, none of them null.", nameof(groups));
        }

        return distinct.Index().OrderBy(group => SplitMix64.At(seed, (ulong)group.Index)).Select((group, place) => (group.Item, place)).ToDictionary(StringComparer.Ordinal);
    }
}
