using System.Buffers;
using Ftte.Serialization;

namespace Ftte.Aggregation;

/// <summary>Stores copies of a buffer's updates, for reductions that need all of them: K x selected coordinates x 4 bytes, pooled.</summary>
/// <remarks>Updates are sorted by their IDs before they are reduced, so the result does not depend on the arrival order.</remarks>
internal sealed class UpdateCopyBuffer(RobustReduction reduction, double minMassShare, ParameterLayout layout, MemoryPool<float> pool) : UpdateBuffer
{
    private readonly List<UpdateCopy> _updates = [];
    private readonly double[] _tile = new double[TileLength];

    public override bool CountsExamples => false;

    public override double MeanWeight
    {
        get
        {
            FixedPoint sum = default;
            foreach (UpdateCopy held in _updates)
            {
                sum = sum.Plus(held.Update.Weight);
            }

            return sum.Value / Count;
        }
    }

    public override ParameterSelection Touched => _updates.Select(u => u.Update.Selection).Aggregate((a, b) => a.Union(b));

    public override bool CanAdd(in AdmittedUpdate update) =>
        update.Weight < StepLimit
        && update.Weight * update.Clip * update.Norm < StepLimit
        && update.Weight * update.StatisticClip * update.StatisticNorm < StepLimit;

    public override void Add(in AdmittedUpdate update, ReadOnlySpan<float> values)
    {
        _updates.Add(UpdateCopy.Create(update, 0, values, pool));
        Count++;
    }

    public override string? FindObstacle(IEnumerable<ParameterSelection> others)
    {
        ParameterSelection[] all = [.. _updates.Select(u => u.Update.Selection), .. others];
        int contributors = 0;
        SegmentSweep.Run([.. all.Where(s => all.Count(s.Equals) >= reduction.MinGroup)], (_, _, c) => contributors = Math.Max(contributors, c.Length));
        return contributors < Math.Max(1, reduction.MinContributors) ? $"No coordinates have enough of the {all.Length} updates in the buffer. {reduction.Requirement}" : null;
    }

    public override void Reduce(StepSink sink)
    {
        _updates.Sort(static (a, b) => CompareIds(a.Update.Header, b.Update.Header));
        double meanWeight = MeanWeight;
        var groups = _updates.GroupBy(u => u.Update.Selection).OrderBy(g => g.Min(u => u.Update.Header.SelectionVersion.Number));
        List<UpdateCopy> chosen = [.. groups.Where(g => g.Count() >= reduction.MinGroup).SelectMany(Choose)];
        var values = new float[chosen.Count];
        SegmentSweep.Run(chosen.ConvertAll(h => h.Update.Selection), (start, length, contributors) =>
        {
            if (contributors.Length < reduction.MinContributors)
            {
                return;
            }

            // As with sums: a coordinate with few contributors moves less than one to which the whole buffer contributes.
            double factor = meanWeight * contributors.Length / Math.Max(contributors.Length, minMassShare * chosen.Count);
            int count;
            for (int done = 0; done < length; done += count)
            {
                count = layout.Roles.RunLength(start + done, Math.Min(TileLength, length - done), out ParameterRole role);
                double scale = role == ParameterRole.Trainable ? factor : Math.Min(1, factor);
                for (int i = 0; i < count; i++)
                {
                    for (int c = 0; c < contributors.Length; c++)
                    {
                        values[c] = chosen[contributors[c].Index].Values.Span[contributors[c].PackedStart + done + i];
                    }

                    _tile[i] = reduction.Center(values.AsSpan(0, contributors.Length)) * scale;
                }

                sink(start + done, _tile.AsSpan(0, count), role);
            }
        });
    }

    public override void Clear()
    {
        foreach (UpdateCopy held in _updates)
        {
            held.Dispose();
        }

        _updates.Clear();
        Count = 0;
    }

    public override void Save(StateWriter writer)
    {
        writer.Text(reduction.Kind);
        writer.Int32(Count);
        foreach (UpdateCopy copy in _updates)
        {
            copy.Save(writer);
        }
    }

    public override void Load(ref StateReader reader, StateSelections selections, int maxCount = 0)
    {
        StateMismatch.Check("reduction", reader.Text("reduction"), reduction.Kind);
        int count = reader.Count("number of updates", UpdateCopy.MinSavedBytes);
        for (int i = 0; i < count; i++)
        {
            _updates.Add(UpdateCopy.Load(ref reader, selections, layout, pool));
            Count++;
        }
    }

    public override void Merge(UpdateBuffer other)
    {
        var added = (UpdateCopyBuffer)other;
        _updates.AddRange(added._updates);
        Count += added.Count;

        // The copies belong to this buffer now.
        added._updates.Clear();
        added.Count = 0;
    }

    private IEnumerable<UpdateCopy> Choose(IEnumerable<UpdateCopy> ofOneSelection)
    {
        List<UpdateCopy> updates = [.. ofOneSelection];
        return reduction.Choose(new UpdateGroup(updates.ConvertAll(u => u.Values), updates[0].Update.Roles)).Select(i => updates[i]);
    }

    private static int CompareIds(in UpdateHeader a, in UpdateHeader b)
    {
        int order = string.CompareOrdinal(a.Client.Value, b.Client.Value);
        return order != 0 ? order : a.Id.Value.CompareTo(b.Id.Value);
    }
}
