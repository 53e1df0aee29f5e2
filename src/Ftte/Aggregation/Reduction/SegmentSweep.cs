namespace Ftte.Aggregation;

/// <summary>Cuts the dense vector at the borders of several selections: within a segment every coordinate has the same contributors.</summary>
internal static class SegmentSweep
{
    /// <summary>A selection that covers the segment.</summary>
    /// <param name="Index">Its place in the list of selections.</param>
    /// <param name="PackedStart">Where the segment begins in its packed vector.</param>
    internal readonly record struct Contributor(int Index, int PackedStart);

    internal delegate void SegmentAction(int start, int length, ReadOnlySpan<Contributor> contributors);

    /// <summary>Visits the segments that any selection covers, ascending.</summary>
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
