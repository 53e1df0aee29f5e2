using System.Collections.Immutable;
using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine.Execution;

/// <summary>Adds the gradient of the proximal term; see <see cref="SgdOptions.ProximalStrength"/>.</summary>
/// <param name="strength">The factor of the distance to the anchor.</param>
/// <param name="anchor">The received values: the flat vector, or a packed copy.</param>
/// <param name="isPacked">True if the anchor is a packed copy.</param>
/// <param name="runs">The runs of parameters that have a proximal term, in ascending order.</param>
internal sealed unsafe class ProximalTerm(float strength, float* anchor, bool isPacked, ImmutableArray<UpdateRun> runs)
{
    /// <summary>Adds the term to the gradient of a range of packed parameters.</summary>
    public void AddTo(float* gradient, float* trained, int offset, int count)
    {
        for (int at = FindFirst(offset); at < runs.Length && runs[at].Offset < offset + count; at++)
        {
            UpdateRun run = runs[at];
            int first = Math.Max(offset, run.Offset), last = Math.Min(offset + count, run.Offset + run.Count);
            float* received = anchor + (isPacked ? first : run.Start + (first - run.Offset));
            SgdKernel.AddProximal(trained + first, received, gradient + (first - offset), last - first, strength);
        }
    }

    /// <summary>Returns the index of the first run that ends after an offset.</summary>
    private int FindFirst(int offset)
    {
        int low = 0, high = runs.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (runs[middle].Offset + runs[middle].Count <= offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
