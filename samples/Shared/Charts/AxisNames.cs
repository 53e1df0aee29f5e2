namespace Ftte.Samples.Shared;

/// <summary>Places the names of step groups below the chart: under each group in the forward pass and in the backward pass.</summary>
internal static class AxisNames
{
    // The approximate width of a character, in pixels.
    private const double CharacterWidth = 9.5;

    /// <summary>Places the groups; a name without enough space is empty.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="areas">The chart's areas.</param>
    /// <param name="width">The chart's width, in pixels.</param>
    public static IEnumerable<(double First, double Last, string Name)> Of(IReadOnlyList<StepGroup> groups, MemoryAreas areas, int width)
    {
        double turn = areas.ForwardMoments;
        var forward = groups.Select(group => (First: (double)group.First, Last: (double)group.First + group.Count, group.Name));
        var backward = groups.Reverse().Select(group => (First: (2 * turn) - group.First - group.Count, Last: (2 * turn) - group.First, group.Name));
        double taken = -0.01 * areas.Moments;
        foreach ((double first, double last, string name) in forward.Concat(backward).Where(group => group.First < areas.Moments))
        {
            double end = Math.Min(last, areas.Moments), middle = (first + end) / 2;
            double half = (name.Length + 2) * CharacterWidth / width * areas.Moments / 2;
            bool isWide = end - first >= 1.6 * half;
            bool hasRoom = isWide && middle - half >= taken && middle + half <= 1.01 * areas.Moments;
            taken = hasRoom ? middle + half : taken;
            yield return (first, end, hasRoom ? name : "");
        }
    }
}
