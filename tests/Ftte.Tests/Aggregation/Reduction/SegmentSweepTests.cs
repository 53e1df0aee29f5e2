using CsCheck;
using Ftte.Aggregation;

namespace Ftte.Tests.Aggregation;

public class SegmentSweepTests
{
    private static readonly Gen<ParameterSelection> Selections =
        Gen.Select(Gen.Int[0, 30], Gen.Int[0, 10], (start, length) => new ParameterRange(start, length)).Array[0, 6]
            .Select(ranges => ParameterSelection.Create(40, ranges));

    [Fact]
    public void Every_coordinate_is_visited_once_with_exactly_the_selections_that_cover_it() =>
        Selections.Array[0, 5].Sample(selections =>
        {
            var visited = new bool[40];
            int last = -1;
            SegmentSweep.Run(selections, (start, length, contributors) =>
            {
                Assert.True(start > last);
                for (int j = start; j < start + length; j++)
                {
                    Assert.False(visited[j]);
                    visited[j] = true;
                    int[] covering = [.. Enumerable.Range(0, selections.Length).Where(s => selections[s].Contains(j))];
                    Assert.Equal(covering, contributors.ToArray().Select(c => c.Index));
                    foreach (SegmentSweep.Contributor contributor in contributors)
                    {
                        int packed = Enumerable.Range(0, j).Count(selections[contributor.Index].Contains);
                        Assert.Equal(packed, contributor.PackedStart + j - start);
                    }
                }

                last = start;
            });
            Assert.Equal(Enumerable.Range(0, 40).Select(j => selections.Any(s => s.Contains(j))), visited);
        });
}
