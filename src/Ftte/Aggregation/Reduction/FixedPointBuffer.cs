using Ftte.Numerics;

namespace Ftte;

/// <summary>Sums of updates in 64-bit fixed point, one packed accumulator per selection in the buffer.</summary>
/// <remarks>
/// Holds no update: its memory is 8 bytes per selected coordinate and selection, whatever the number of clients. The coefficient of an update,
/// n w clip in units of the usual example count (a power of two), is rounded to 24 bits once, so that its product with a float32 is exact.
/// </remarks>
internal sealed class FixedPointBuffer(SumDivisor divisor, bool byExamples, int capacity, double minimumMassShare) : UpdateBuffer
{
    /// <summary>The unit of mass until a usual example count is known: leaves room for a million examples and precision for one.</summary>
    private const double UnknownExamples = 1024;

    private readonly List<Accumulator> _active = [];
    private readonly List<Accumulator> _spare = [];
    private readonly double[] _tile = new double[TileLength];
    private readonly long[] _merged = new long[TileLength];

    private double _unit = byExamples ? UnknownExamples : 1;

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

    public override void SetUsualExamples(double examples) => _unit = byExamples ? Math.ScaleB(1, (int)Math.Ceiling(Math.Log2(examples))) : 1;

    public override bool TryAdd(in AdmittedUpdate update, ReadOnlySpan<float> values)
    {
        double mass = byExamples ? update.ExampleCount / _unit : 1;
        float weightedMass = (float)(mass * update.Weight);
        float coefficient = (float)(weightedMass * update.Clip);
        double largestProduct = coefficient * update.Norm;
        // A norm bounds every coordinate, and no update may take more than its share of the range: so no sum overflows, and none keeps another out.
        if (!(largestProduct < StepLimit / capacity && weightedMass < FixedPoint.LargestTerm))
        {
            return false;
        }

        Accumulator accumulator = AccumulatorFor(update.Header.SelectionVersion, update.Selection);
        FixedPointKernel.Fold(values, coefficient, accumulator.Sums.Span, largestProduct);
        accumulator.Mass = accumulator.Mass.Plus(mass);
        accumulator.WeightedMass = accumulator.WeightedMass.Plus(weightedMass);
        Count++;
        return true;
    }

    public override void Reduce(StepSink sink)
    {
        // Lists of the same selections in another order would sum the same integers: the result does not depend on it.
        SegmentSweep.Run(_active.ConvertAll(a => a.Selection), (start, length, contributors) =>
        {
            double factor = 1 / (FixedPointKernel.One * DivisorOf(contributors));
            for (int done = 0; done < length; done += TileLength)
            {
                int count = Math.Min(TileLength, length - done);
                StepKernel.ToSteps(SumOf(contributors, done, count), factor, _tile);
                sink(start + done, _tile.AsSpan(0, count));
            }
        });
    }

    public override void Clear()
    {
        // Memory of the buffer just published serves the next one; what that did not use is let go.
        _spare.Clear();
        foreach (Accumulator accumulator in _active)
        {
            accumulator.Clear();
            _spare.Add(accumulator);
        }

        _active.Clear();
        Count = 0;
    }

    private double DivisorOf(ReadOnlySpan<SegmentSweep.Contributor> contributors)
    {
        if (divisor is SumDivisor.One or SumDivisor.Capacity)
        {
            return divisor is SumDivisor.Capacity ? capacity : 1;
        }

        FixedPoint own = default;
        foreach (SegmentSweep.Contributor contributor in contributors)
        {
            Accumulator accumulator = _active[contributor.Index];
            own = own.Plus(divisor is SumDivisor.Mass ? accumulator.Mass : accumulator.WeightedMass);
        }

        return Math.Max(own.Value, minimumMassShare * WholeMass(divisor is SumDivisor.WeightedMass));
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
