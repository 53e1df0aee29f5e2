using System.Numerics;
using System.Runtime.InteropServices;

namespace Ftte.Selection;

/// <summary>Contains the maximum value that the steps before a step can add under one constraint, for each step and each number of remaining budget cells.</summary>
/// <remarks>
/// <para>The budget is divided into cells, and costs are rounded down to cells, so the table never underestimates. The cost of a step in which nothing is trained is
/// the base cost; it is subtracted from the budget in advance, without rounding. Only the additional cost of trained options is rounded.</para>
/// <para>With a <see cref="CompletionPrice"/>, the table contains reduced values, which are values minus the price of the cost, and the price of the remaining
/// budget is added at lookup. Neither is rounded to cells, so rounding affects only the difference. This bound is the tighter one if
/// many small costs would be rounded. Without a price, the bound is tighter in early steps, where the best price is a different one.</para>
/// </remarks>
internal sealed class CompletionTable
{
    /// <summary>No completion exists. Stays negative when values are added.</summary>
    private const long Impossible = long.MinValue / 2;

    private readonly List<StepOption>[] _options;
    private readonly ConstraintWeights _weights;
    private readonly CompletionPrice _price;
    private readonly long[][] _rows;
    private readonly long[] _base;
    private readonly long _min;
    private readonly long _cell;
    private readonly int _cells;

    /// <param name="options">The options of each step. In steps after the first cut, the first option is no choice.</param>
    /// <param name="firstCut">The first step that can be the cut.</param>
    /// <param name="weights">The constraint.</param>
    /// <param name="price">The price of the constraint; the default value for no price.</param>
    /// <param name="cells">The maximum number of cells into which the budget is divided.</param>
    /// <param name="cancellationToken">Cancels the computation.</param>
    public CompletionTable(List<StepOption>[] options, int firstCut, ConstraintWeights weights, CompletionPrice price, int cells, CancellationToken cancellationToken)
    {
        (_options, _weights, _price) = (options, weights, price);
        _base = new long[options.Length + 1];
        for (int t = 0; t < options.Length; t++)
        {
            _base[t + 1] = t <= firstCut ? 0 : _base[t] + weights.CostOf(t, options[t][0]).Cost;
        }

        // If less of the budget remains than the cheapest cut requires, no completion exists. The cells therefore divide only the budget above this minimum.
        _min = options.SelectMany((step, t) => step.Where(o => !o.Continues).Select(o => weights.CostOf(t, o).Required - _base[t + 1])).DefaultIfEmpty(long.MaxValue).Min();
        long max = weights.Budget - _base[^1];
        _cell = max < _min ? 1 : Math.Max(1, ((max - _min) / cells) + 1);
        _cells = max < _min ? 0 : (int)((max - _min) / _cell) + 1;
        _rows = new long[options.Length + 1][];
        Array.Fill(_rows, NewRow(), 0, firstCut + 1);
        for (int t = firstCut; t < options.Length; t++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _rows[t + 1] = NewRow();
            foreach (StepOption option in options[t])
            {
                (int shift, int first) = Locate(t, option);
                if (option.Continues)
                {
                    UpdateMax(_rows[t + 1].AsSpan(first), _rows[t].AsSpan(first - shift, _cells - first), ReducedValue(t, option));
                }
                else
                {
                    UpdateMax(_rows[t + 1].AsSpan(first), ReducedValue(t, option));
                }
            }
        }
    }

    /// <summary>Gets the bound on the whole problem.</summary>
    public long Root => Bound(_options.Length, 0);

    /// <summary>Returns an upper bound on the value that the steps before a step can add.</summary>
    /// <param name="step">The step.</param>
    /// <param name="spent">The part of the budget that the step and later steps use.</param>
    public long Bound(int step, long spent)
    {
        long remaining = _weights.Budget - spent - _base[step];
        return remaining < _min ? Impossible : _rows[step][Math.Min(_cells - 1, (remaining - _min) / _cell)] + _price.Of(remaining);
    }

    /// <summary>Reconstructs a solution with the highest reduced value under this constraint, from the last step to the cut; null if there is none.</summary>
    public List<StepOption>? FindBest()
    {
        if (Root < 0)
        {
            return null;
        }

        var chosen = new List<StepOption>();
        int cell = _cells - 1;
        for (int t = _options.Length - 1; chosen.Count == 0 || chosen[^1].Continues; t--)
        {
            foreach (StepOption option in _options[t])
            {
                (int shift, int first) = Locate(t, option);
                if (cell >= first && ReducedValue(t, option) + (option.Continues ? _rows[t][cell - shift] : 0) == _rows[t + 1][cell])
                {
                    chosen.Add(option);
                    cell -= shift;
                    break;
                }
            }
        }

        return chosen;
    }

    /// <summary>Returns the number of cells by which an option reduces the remaining budget, and the first cell in which the option is possible.</summary>
    private (int Shift, int First) Locate(int t, StepOption option)
    {
        (long cost, long required) = _weights.CostOf(t, option);
        long shift = Math.Min(_cells, (cost - (_base[t + 1] - _base[t])) / _cell);
        long first = Math.Max(0, required - _base[t + 1] - _min) / _cell;
        return ((int)shift, (int)Math.Min(_cells, option.Continues ? Math.Max(shift, first) : first));
    }

    /// <summary>Returns the reduced value of an option: its value minus the price of its cost above the base cost.</summary>
    private long ReducedValue(int t, StepOption option)
    {
        (long cost, long required) = _weights.CostOf(t, option);
        return option.Option.Value - _price.Of(option.Continues ? cost - (_base[t + 1] - _base[t]) : required - _base[t + 1]);
    }

    private long[] NewRow()
    {
        long[] row = GC.AllocateUninitializedArray<long>(_cells);
        Array.Fill(row, Impossible);
        return row;
    }

    private static void UpdateMax(Span<long> row, long value)
    {
        foreach (ref long cell in row)
        {
            cell = Math.Max(cell, value);
        }
    }

    private static void UpdateMax(Span<long> row, ReadOnlySpan<long> previous, long value)
    {
        Span<Vector<long>> wide = MemoryMarshal.Cast<long, Vector<long>>(row);
        ReadOnlySpan<Vector<long>> widePrevious = MemoryMarshal.Cast<long, Vector<long>>(previous);
        var add = new Vector<long>(value);
        for (int k = 0; k < wide.Length; k++)
        {
            wide[k] = Vector.Max(wide[k], widePrevious[k] + add);
        }

        for (int k = wide.Length * Vector<long>.Count; k < row.Length; k++)
        {
            row[k] = Math.Max(row[k], previous[k] + value);
        }
    }
}
