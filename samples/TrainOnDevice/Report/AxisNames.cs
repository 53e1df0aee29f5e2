namespace TrainOnDevice.Report;

/// <summary>Where the names of steps go below the picture: under each group, forward and then back.</summary>
internal static class AxisNames
{
    // So much of the axis a character takes, about.
    private const double CharacterShare = 0.0068;

    /// <summary>Places the groups; a name for which there is no room is empty.</summary>
    public static IEnumerable<(double First, double Last, string Name)> Of(IReadOnlyList<StepGroup> groups, MemoryLayers layers)
    {
        double turn = layers.ForwardMoments;
        var forward = groups.Select(group => (First: (double)group.First, Last: (double)group.First + group.Count, group.Name));
        var backward = groups.Reverse().Select(group => (First: (2 * turn) - group.First - group.Count, Last: (2 * turn) - group.First, group.Name));
        double taken = -0.01 * layers.Moments;
        foreach ((double first, double last, string name) in forward.Concat(backward).Where(group => group.First < layers.Moments))
        {
            double end = Math.Min(last, layers.Moments), middle = (first + end) / 2;
            double half = (name.Length + 2) * CharacterShare * layers.Moments / 2;
            bool isWide = end - first >= half;
            bool hasRoom = isWide && middle - half >= taken && middle + half <= 1.01 * layers.Moments;
            taken = hasRoom ? middle + half : taken;
            yield return (first, end, hasRoom ? name : "");
        }
    }
}
