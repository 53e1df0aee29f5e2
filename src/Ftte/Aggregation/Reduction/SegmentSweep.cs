namespace Ftte.Aggregation;

/// <summary>Divides the dense vector at the boundaries of several selections, so that all coordinates of a segment have the same contributors.</summary>
internal static class SegmentSweep
{
    /// <summary>Represents a selection that covers the segment.</summary>
    /// <param name="Index">The index in the list of selections.</param>
    /// <param name="PackedStart">The start of the segment in the packed vector of the selection.</param>
    internal readonly record struct Contributor(int Index, int PackedStart);

    internal delegate void SegmentAction(int start, int length, ReadOnlySpan<Contributor> contributors);

    /// <summary>Calls an action for each segment that at least one selection covers, in ascending order.</summary>
    public static void Run(IReadOnlyList<ParameterSelection> selections, SegmentAction action)
    {
        var range = new int[selections.Count];
        var packed = new int[selections.Count];
        var contributors = new Contributor[selections.Count];
        int position = 0;
        while (true)
        {
            int end = int.MaxValue, covering = 0;
            for (int s = 0; s < range.Length; s++)
            {
                if (range[s] == selections[s].Ranges.Length)
                {
                    continue;
                }

                ParameterRange next = selections[s].Ranges[range[s]];
                if (next.Start <= position)
                {
                    contributors[covering++] = new Contributor(s, packed[s] + position - next.Start);
                    end = Math.Min(end, next.End);
                }
                else
                {
                    end = Math.Min(end, next.Start);
                }
            }

            if (end == int.MaxValue)
            {
                return;
            }

            if (covering > 0)
            {
                action(position, end - position, contributors.AsSpan(0, covering));
            }

            position = end;
            for (int s = 0; s < range.Length; s++)
            {
                if (range[s] < selections[s].Ranges.Length && selections[s].Ranges[range[s]].End == position)
                {
                    packed[s] += selections[s].Ranges[range[s]].Length;
                    range[s]++;
                }
            }
        }
    }
}
