using System.Numerics;
using System.Runtime.InteropServices;

namespace Ftte.Selection;

/// <summary>One constraint: for each step and each number of cells left of the budget, what the steps before it can add at most.</summary>
/// <remarks>
/// <para>Costs are rounded down to cells, which only makes more possible. What a step takes when nothing in it is trained is set aside beforehand, exactly; so
/// only what is trained is rounded.</para>
/// <para>With a <see cref="CompletionPrice"/>, worth counts only above what it takes at that price, and what is left of the budget is added at that price, both exact:
/// rounding then matters only for the difference. This bounds best where many small costs would all be rounded; without a price the bound is better where the price
/// is another one, far from the end.</para>
/// </remarks>
internal sealed class CompletionTable
{
    /// <summary>Nothing can be completed. Adding worth keeps it negative.</summary>
    private const long Impossible = long.MinValue / 2;

    private readonly List<Offer>[] _offers;
    private readonly ConstraintWeights _weights;
    private readonly CompletionPrice _price;
    private readonly long[][] _rows;
    private readonly long[] _base;
    private readonly long _least;
    private readonly long _cell;
    private readonly int _cells;

    /// <param name="offers">For each step what it may do; in steps after the first cut, nothing comes first.</param>
    /// <param name="firstCut">The first step that can be the cut.</param>
    /// <param name="weights">The constraint.</param>
    /// <param name="price">The price of the constraint; the default for none.</param>
    /// <param name="cells">Into how many cells the budget is divided.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    public CompletionTable(List<Offer>[] offers, int firstCut, ConstraintWeights weights, CompletionPrice price, int cells, CancellationToken cancellationToken)
    {
        (_offers, _weights, _price) = (offers, weights, price);
        _base = new long[offers.Length + 1];
        for (int t = 0; t < offers.Length; t++)
        {
            _base[t + 1] = t <= firstCut ? 0 : _base[t] + weights.Price(t, offers[t][0]).Cost;
        }

        // With less left than the cheapest cut needs nothing can be completed, so the cells divide what lies above.
        _least = offers.SelectMany((step, t) => step.Where(o => !o.GoesOn).Select(o => weights.Price(t, o).Room - _base[t + 1])).DefaultIfEmpty(long.MaxValue).Min();
        long most = weights.Budget - _base[^1];
        _cell = most < _least ? 1 : Math.Max(1, ((most - _least) / cells) + 1);
        _cells = most < _least ? 0 : (int)((most - _least) / _cell) + 1;
        _rows = new long[offers.Length + 1][];
        Array.Fill(_rows, NewRow(), 0, firstCut + 1);
        for (int t = firstCut; t < offers.Length; t++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _rows[t + 1] = NewRow();
            foreach (Offer offer in offers[t])
            {
                (int shift, int first) = Place(t, offer);
                if (offer.GoesOn)
                {
                    Raise(_rows[t + 1].AsSpan(first), _rows[t].AsSpan(first - shift, _cells - first), GainOf(t, offer));
                }
                else
                {
                    Raise(_rows[t + 1].AsSpan(first), GainOf(t, offer));
                }
            }
        }
    }

    /// <summary>Gets the bound on everything.</summary>
    public long Root => Left(_offers.Length, 0);

    /// <summary>Bounds what the steps before one can add.</summary>
    /// <param name="step">The step.</param>
    /// <param name="spent">What it and later steps take of the budget.</param>
    public long Left(int step, long spent)
    {
        long left = _weights.Budget - spent - _base[step];
        return left < _least ? Impossible : _rows[step][Math.Min(_cells - 1, (left - _least) / _cell)] + _price.Of(left);
    }

    /// <summary>Gives a solution that is worth most under this constraint, from the last step to the cut; null if there is none.</summary>
    public List<Offer>? BestFromTheEnd()
    {
        if (Root < 0)
        {
            return null;
        }

        var taken = new List<Offer>();
        int cell = _cells - 1;
        for (int t = _offers.Length - 1; taken.Count == 0 || taken[^1].GoesOn; t--)
        {
            foreach (Offer offer in _offers[t])
            {
                (int shift, int first) = Place(t, offer);
                if (cell >= first && GainOf(t, offer) + (offer.GoesOn ? _rows[t][cell - shift] : 0) == _rows[t + 1][cell])
                {
                    taken.Add(offer);
                    cell -= shift;
                    break;
                }
            }
        }

        return taken;
    }

    /// <summary>Gives by how many cells an offer moves what is left, and from which cell on it is possible.</summary>
    private (int Shift, int First) Place(int t, Offer offer)
    {
        (long cost, long room) = _weights.Price(t, offer);
        long shift = Math.Min(_cells, (cost - (_base[t + 1] - _base[t])) / _cell);
        long first = Math.Max(0, room - _base[t + 1] - _least) / _cell;
        return ((int)shift, (int)Math.Min(_cells, offer.GoesOn ? Math.Max(shift, first) : first));
    }

    /// <summary>Gets what an offer is worth above what it takes, beyond what is set aside, at the price.</summary>
    private long GainOf(int t, Offer offer)
    {
        (long cost, long room) = _weights.Price(t, offer);
        return offer.Option.Worth - _price.Of(offer.GoesOn ? cost - (_base[t + 1] - _base[t]) : room - _base[t + 1]);
    }

    private long[] NewRow()
    {
        long[] row = GC.AllocateUninitializedArray<long>(_cells);
        Array.Fill(row, Impossible);
        return row;
    }

    private static void Raise(Span<long> row, long worth)
    {
        foreach (ref long value in row)
        {
            value = Math.Max(value, worth);
        }
    }

    private static void Raise(Span<long> row, ReadOnlySpan<long> left, long worth)
    {
        Span<Vector<long>> wide = MemoryMarshal.Cast<long, Vector<long>>(row);
        ReadOnlySpan<Vector<long>> wideLeft = MemoryMarshal.Cast<long, Vector<long>>(left);
        var add = new Vector<long>(worth);
        for (int k = 0; k < wide.Length; k++)
        {
            wide[k] = Vector.Max(wide[k], wideLeft[k] + add);
        }

        for (int k = wide.Length * Vector<long>.Count; k < row.Length; k++)
        {
            row[k] = Math.Max(row[k], left[k] + worth);
        }
    }
}
