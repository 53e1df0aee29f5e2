using System.Collections.Immutable;

namespace Ftte.TinyEngine.Execution;

/// <summary>Represents a run of parameters that is contiguous both in a packed and in the flat vector.</summary>
/// <param name="Offset">The index of the first parameter in the packed vector.</param>
/// <param name="Count">The number of parameters.</param>
/// <param name="Start">The first coordinate in the flat vector.</param>
internal readonly record struct UpdateRun(int Offset, int Count, int Start)
{
    /// <summary>Finds the coordinates that two selections share.</summary>
    /// <param name="packed">The selection of the packed vector.</param>
    /// <param name="part">The other selection.</param>
    /// <returns>The runs, in ascending order.</returns>
    public static ImmutableArray<UpdateRun> Find(ParameterSelection packed, ParameterSelection part)
    {
        var runs = ImmutableArray.CreateBuilder<UpdateRun>();
        int offset = 0;
        foreach (ParameterRange range in packed.Ranges)
        {
            foreach (ParameterRange other in part.Ranges)
            {
                int start = Math.Max(range.Start, other.Start), end = Math.Min(range.End, other.End);
                if (start < end)
                {
                    runs.Add(new UpdateRun(offset + (start - range.Start), end - start, start));
                }
            }

            offset += range.Length;
        }

        return runs.ToImmutable();
    }
}
