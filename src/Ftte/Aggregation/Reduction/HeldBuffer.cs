using System.Buffers;
using Ftte.Numerics;

namespace Ftte;

/// <summary>Copies of a buffer's updates, for reductions that must see all of them: K x selected coordinates x 4 bytes, pooled.</summary>
/// <remarks>Updates are put in the order of their names before they are reduced, so the arrival order leaves no trace in the bits.</remarks>
internal sealed class HeldBuffer(IRobustCenter center, double minimumMassShare, MemoryPool<float> pool) : UpdateBuffer
{
    private readonly List<Held> _updates = [];
    private readonly double[] _tile = new double[TileLength];

    public override double MeanWeight
    {
        get
        {
            FixedPoint sum = default;
            foreach (Held held in _updates)
            {
                sum = sum.Plus(held.Update.Weight);
            }

            return sum.Value / Count;
        }
    }

    public override ParameterSelection Touched => _updates.Select(u => u.Update.Selection).Aggregate((a, b) => a.Union(b));

    public override bool TryAdd(in AdmittedUpdate update, ReadOnlySpan<float> values)
    {
        if (!(update.Weight < StepLimit && update.Weight * update.Clip * update.Norm < StepLimit))
        {
            return false;
        }

        IMemoryOwner<float> copy = pool.Rent(values.Length);
        float clip = (float)update.Clip;
        Span<float> target = copy.Memory.Span[..values.Length];
        System.Numerics.Tensors.TensorPrimitives.Multiply(values, clip, target);
        _updates.Add(new Held(update, copy));
        Count++;
        return true;
    }

    public override void Reduce(StepSink sink)
    {
        _updates.Sort(static (a, b) => CompareNames(a.Update.Header, b.Update.Header));
        double meanWeight = MeanWeight;
        var groups = _updates.GroupBy(u => u.Update.Header.SelectionVersion).OrderBy(g => g.Key.Number).ToList();
        List<Held> chosen = [.. groups.Where(g => groups.Count == 1 || g.Count() >= center.SmallestGroup).SelectMany(Choose)];
        var values = new float[chosen.Count];
        SegmentSweep.Run(chosen.ConvertAll(h => h.Update.Selection), (start, length, contributors) =>
        {
            // As with sums: few contributors do not move a coordinate as if the whole buffer had agreed.
            double factor = meanWeight * contributors.Length / Math.Max(contributors.Length, minimumMassShare * chosen.Count);
            for (int done = 0; done < length; done += TileLength)
            {
                int count = Math.Min(TileLength, length - done);
                for (int i = 0; i < count; i++)
                {
                    for (int c = 0; c < contributors.Length; c++)
                    {
                        values[c] = chosen[contributors[c].Index].Values.Span[contributors[c].PackedStart + done + i];
                    }

                    _tile[i] = center.Center(values.AsSpan(0, contributors.Length)) * factor;
                }

                sink(start + done, _tile.AsSpan(0, count));
            }
        });
    }

    public override void Clear()
    {
        foreach (Held held in _updates)
        {
            held.Copy.Dispose();
        }

        _updates.Clear();
        Count = 0;
    }

    private IEnumerable<Held> Choose(IEnumerable<Held> ofOneSelection)
    {
        List<Held> updates = [.. ofOneSelection];
        return center.Choose(updates.ConvertAll(u => u.Values)).Select(i => updates[i]);
    }

    private static int CompareNames(in UpdateHeader a, in UpdateHeader b)
    {
        int order = string.CompareOrdinal(a.Client.Value, b.Client.Value);
        return order != 0 ? order : a.Id.Value.CompareTo(b.Id.Value);
    }

    private sealed record Held(AdmittedUpdate Update, IMemoryOwner<float> Copy)
    {
        public ReadOnlyMemory<float> Values => Copy.Memory[..Update.Selection.Count];
    }
}
