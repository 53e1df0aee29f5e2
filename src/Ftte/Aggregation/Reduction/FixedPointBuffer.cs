using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Ftte.Numerics;
using Ftte.Serialization;

namespace Ftte.Aggregation;

/// <summary>Sums updates in 64-bit fixed point, with one packed accumulator per selection in the buffer.</summary>
/// <remarks>
/// Keeps no updates: the memory is 8 bytes per selected coordinate and selection, independent of the number of clients. The coefficient of an update,
/// n w clip in units of the reference example count (a power of two), is rounded to 24 bits once, so that its product with a float32 is exact.
/// </remarks>
internal sealed class FixedPointBuffer(SumDivisor divisor, bool byExamples, int capacity, double minMassShare, RoleMap roles) : UpdateBuffer
{
    /// <summary>The unit of mass until there is a reference example count. It suits counts from one to a million.</summary>
    private const double UnknownExamples = 1024;

    /// <summary>The selection version of sums that are not of updates. No server announces as many selections.</summary>
    private static readonly SelectionVersion NoUpdates = new(int.MaxValue);

    private readonly List<Accumulator> _active = [];
    private readonly List<Accumulator> _spare = [];
    private readonly double[] _tile = new double[TileLength];
    private readonly long[] _merged = new long[TileLength];

    private double _unit = 1;

    public override bool CountsExamples => byExamples;

    public override double MeanWeight => WholeMass(weighted: true) / WholeMass(weighted: false);

    public override ParameterSelection Touched
    {
        get
        {
            ParameterSelection touched = _active[0].Selection;
            foreach (Accumulator accumulator in _active)
            {
                touched = touched.Union(accumulator.Selection);
            }

            return touched;
        }
    }

    public override void SetReferenceExamples(double examples) =>
        _unit = !byExamples ? 1 : examples >= 1 ? Math.ScaleB(1, (int)Math.Ceiling(Math.Log2(examples))) : UnknownExamples;

    public override bool CanAdd(in AdmittedUpdate update)
    {
        // The norm bounds every coordinate, and each update may use only its share of the range. Therefore no sum overflows, and no update excludes another.
        float weightedMass = WeightedMass(update);
        double limit = StepLimit / capacity;
        return (float)(weightedMass * update.Clip) * update.Norm < limit
            && (float)(weightedMass * update.StatisticClip) * update.StatisticNorm < limit
            && weightedMass < FixedPoint.MaxTerm;
    }

    public override void Add(in AdmittedUpdate update, ReadOnlySpan<float> values)
    {
        float weightedMass = WeightedMass(update);
        float coefficient = (float)(weightedMass * update.Clip);
        float statisticCoefficient = (float)(weightedMass * update.StatisticClip);
        Accumulator accumulator = AccumulatorFor(update.Header.SelectionVersion, update.Selection);
        foreach (PackedRoles.Piece piece in update.Roles.Pieces)
        {
            (float scale, double norm) = piece.IsStatistic ? (statisticCoefficient, update.StatisticNorm) : (coefficient, update.Norm);
            FixedPointKernel.Fold(values.Slice(piece.Start, piece.Length), scale, accumulator.Sums.Span.Slice(piece.Start, piece.Length), scale * norm);
        }

        accumulator.Mass = accumulator.Mass.Plus(Mass(update));
        accumulator.WeightedMass = accumulator.WeightedMass.Plus(weightedMass);
        Count++;
    }

    /// <summary>Returns sums to which the caller adds integers in the same units, such as noise. They do not count as an update.</summary>
    /// <param name="selection">The coordinates of the sums.</param>
    public Span<long> AddSums(ParameterSelection selection) => AccumulatorFor(NoUpdates, selection).Sums.Span;

    /// <summary>Appends the exact sums to a hash, in an order that does not depend on the arrival of the updates.</summary>
    public void AppendTo(IncrementalHash hash)
    {
        foreach (Accumulator accumulator in _active.OrderBy(a => a.Version.Number))
        {
            hash.AppendData(BitConverter.GetBytes(accumulator.Version.Number));
            hash.AppendData(MemoryMarshal.AsBytes(accumulator.Sums.Span));
        }
    }

    public override void Reduce(StepSink sink)
    {
        // Integer sums do not depend on the order of the selections.
        SegmentSweep.Run(_active.ConvertAll(a => a.Selection), (start, length, contributors) =>
        {
            double factor = 1 / (FixedPointKernel.One * DivisorOf(contributors));
            double statisticFactor = 1 / (FixedPointKernel.One * StatisticDivisorOf(contributors));
            int count;
            for (int done = 0; done < length; done += count)
            {
                count = roles.RunLength(start + done, Math.Min(TileLength, length - done), out ParameterRole role);
                StepKernel.ToSteps(SumOf(contributors, done, count), role == ParameterRole.Trainable ? factor : statisticFactor, _tile);
                sink(start + done, _tile.AsSpan(0, count), role);
            }
        });
    }

    public override void Clear()
    {
        // The next buffer reuses the accumulators of this one. Accumulators that this one did not use are released.
        _spare.Clear();
        foreach (Accumulator accumulator in _active)
        {
            accumulator.Clear();
            _spare.Add(accumulator);
        }

        _active.Clear();
        Count = 0;
    }

    public override void Save(StateWriter writer)
    {
        writer.Text(Kind.ToString());
        writer.Int32(capacity);
        writer.Double(_unit);
        writer.Int32(Count);
        writer.Int32(_active.Count);
        foreach (Accumulator accumulator in _active)
        {
            StateSelections.Write(writer, accumulator.Version, accumulator.Selection);
            accumulator.Mass.Save(writer);
            accumulator.WeightedMass.Save(writer);
            writer.Values<long>(accumulator.Sums.Span);
        }
    }

    public override void Load(ref StateReader reader, StateSelections selections, int maxCount = 0)
    {
        StateMismatch.Check("reduction", reader.Text("reduction"), Kind.ToString());
        int admittedFor = reader.Int32("capacity", min: 1);
        _unit = reader.Positive("unit of mass");
        Count = reader.Int32("number of updates", max: Math.Max(maxCount, admittedFor - 1));
        if (Count > 0)
        {
            // Each update was admitted with 1/K of the range of the sums.
            StateMismatch.Check("capacity (the buffer is not empty)", admittedFor, capacity);
        }

        int accumulators = reader.Count("number of sums", 1);
        for (int i = 0; i < accumulators; i++)
        {
            (SelectionVersion version, ParameterSelection selection) = selections.Read(ref reader);
            FixedPoint mass = FixedPoint.Load(ref reader), weightedMass = FixedPoint.Load(ref reader);
            reader.CheckLeft((long)selection.Count * sizeof(long));
            var added = new Accumulator(new AlignedSums(selection.Count)) { Version = version, Selection = selection, Mass = mass, WeightedMass = weightedMass };
            reader.Values(added.Sums.Span);
            _active.Add(added);
        }

        if (_active.Count > Count || (_active.Count == 0) != (Count == 0))
        {
            throw StateReader.Bad("number of sums", accumulators);
        }
    }

    public override void Merge(UpdateBuffer other)
    {
        var added = (FixedPointBuffer)other;
        if (added.Count > 0)
        {
            StateMismatch.Check("unit of mass", added._unit, _unit, nameof(other));
        }

        foreach (Accumulator accumulator in added._active)
        {
            // Integers, so that the order of additions does not matter. Each update uses at most its share of the range, so that no sum overflows.
            Accumulator own = AccumulatorFor(accumulator.Version, accumulator.Selection);
            System.Numerics.Tensors.TensorPrimitives.Add<long>(own.Sums.Span, accumulator.Sums.Span, own.Sums.Span);
            own.Mass = own.Mass.Plus(accumulator.Mass);
            own.WeightedMass = own.WeightedMass.Plus(accumulator.WeightedMass);
        }

        Count += added.Count;
        added.Clear();
    }

    private ReductionKind Kind => (ReductionKind)((byte)divisor | (byExamples ? 8 : 0));

    private double Mass(in AdmittedUpdate update) => byExamples ? update.ExampleCount / _unit : 1;

    private float WeightedMass(in AdmittedUpdate update) => (float)(Mass(update) * update.Weight);

    private double DivisorOf(ReadOnlySpan<SegmentSweep.Contributor> contributors) => divisor switch
    {
        SumDivisor.One => 1,
        SumDivisor.Capacity => capacity,
        _ => MassOf(contributors, divisor is SumDivisor.WeightedMass),
    };

    /// <summary>Computes the divisor of a statistic's sum, so that the result lies between the current value and the values that devices measured. Also averages if the divisor is one.</summary>
    private double StatisticDivisorOf(ReadOnlySpan<SegmentSweep.Contributor> contributors) => roles.StatisticCount == 0 ? 1 : Math.Max(
        divisor is SumDivisor.One ? MassOf(contributors, weighted: false) : DivisorOf(contributors),
        OwnMass(contributors, weighted: true));

    private double MassOf(ReadOnlySpan<SegmentSweep.Contributor> contributors, bool weighted) =>
        Math.Max(OwnMass(contributors, weighted), minMassShare * WholeMass(weighted));

    private double OwnMass(ReadOnlySpan<SegmentSweep.Contributor> contributors, bool weighted)
    {
        FixedPoint own = default;
        foreach (SegmentSweep.Contributor contributor in contributors)
        {
            Accumulator accumulator = _active[contributor.Index];
            own = own.Plus(weighted ? accumulator.WeightedMass : accumulator.Mass);
        }

        return own.Value;
    }

    private double WholeMass(bool weighted)
    {
        FixedPoint whole = default;
        foreach (Accumulator accumulator in _active)
        {
            whole = whole.Plus(weighted ? accumulator.WeightedMass : accumulator.Mass);
        }

        return whole.Value;
    }

    private ReadOnlySpan<long> SumOf(ReadOnlySpan<SegmentSweep.Contributor> contributors, int offset, int count)
    {
        ReadOnlySpan<long> first = _active[contributors[0].Index].Sums.Span.Slice(contributors[0].PackedStart + offset, count);
        if (contributors.Length == 1)
        {
            return first;
        }

        Span<long> merged = _merged.AsSpan(0, count);
        first.CopyTo(merged);
        foreach (SegmentSweep.Contributor contributor in contributors[1..])
        {
            ReadOnlySpan<long> other = _active[contributor.Index].Sums.Span.Slice(contributor.PackedStart + offset, count);
            System.Numerics.Tensors.TensorPrimitives.Add(merged, other, merged);
        }

        return merged;
    }

    private Accumulator AccumulatorFor(SelectionVersion version, ParameterSelection selection)
    {
        foreach (Accumulator accumulator in _active)
        {
            if (accumulator.Version == version)
            {
                return accumulator;
            }
        }

        Accumulator added = TakeSpare(selection.Count) ?? new Accumulator(new AlignedSums(selection.Count)) { Selection = selection };
        (added.Version, added.Selection) = (version, selection);
        _active.Add(added);
        return added;
    }

    private Accumulator? TakeSpare(int count)
    {
        for (int i = 0; i < _spare.Count; i++)
        {
            if (_spare[i].Sums.Length == count)
            {
                Accumulator spare = _spare[i];
                _spare.RemoveAt(i);
                return spare;
            }
        }

        return null;
    }

    private sealed class Accumulator(AlignedSums sums)
    {
        public AlignedSums Sums { get; } = sums;

        public SelectionVersion Version { get; set; }

        public required ParameterSelection Selection { get; set; }

        public FixedPoint Mass { get; set; }

        public FixedPoint WeightedMass { get; set; }

        public void Clear()
        {
            Sums.Span.Clear();
            (Mass, WeightedMass) = (default, default);
        }
    }
}
