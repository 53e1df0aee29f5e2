namespace Ftte.Selection;

/// <summary>Bounds what any selection within the budgets is worth by weak duality, with no code of a selector and no search.</summary>
/// <remarks>
/// <para>For a fixed cut every constraint is linear in the choices: the memory of each moment, payload and compute. Prices for what each constraint leaves
/// over turn the problem into one maximum per step, and its value bounds the optimum for any prices that are not negative (Lagrangian relaxation).
/// Bad prices make the bound loose and never wrong. Subgradient steps improve them; the bound of the request is the largest over all cuts.</para>
/// <para>The solution of a relaxation that keeps all budgets is a selection. One that is worth more than a claimed bound refutes the claim.</para>
/// </remarks>
internal sealed class DualBound
{
    private const int MaxIterations = 200;
    private const int MinIterations = 10;
    private const long MaxWork = 1L << 27;
    private const int Patience = 5;

    private readonly SelectionRequest _request;
    private readonly int _iterations;
    private readonly double _target;
    private readonly Func<int[], double, bool> _isRefutation;
    private readonly CancellationToken _cancellationToken;
    private readonly double[][] _worth;
    private readonly long[] _earlier;
    private readonly long _memory;
    private readonly long? _compute;

    /// <param name="request">What is asked.</param>
    /// <param name="target">What a known selection is worth, in the unit of <see cref="BlockImportance.Scaled"/>: the bound need not be lower.</param>
    /// <param name="isRefutation">Decides for the choices of a relaxation and their worth whether they refute the claim; if so, the computation ends.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    public DualBound(SelectionRequest request, double target, Func<int[], double, bool> isRefutation, CancellationToken cancellationToken)
    {
        (_request, _target, _isRefutation, _cancellationToken) = (request, target, isRefutation, cancellationToken);
        TrainingProfile profile = request.Profile;
        _worth = [.. profile.Steps.Select(s => s.Choices.Select(c => request.Importance.Scaled.Of(c.Ranges)).ToArray())];
        _earlier = new long[profile.Steps.Length];
        for (int t = 1; t < _earlier.Length; t++)
        {
            TrainingStep before = profile.Steps[t - 1];
            _earlier[t] = Math.Max(_earlier[t - 1], before.StreamedForwardBytes ?? before.ForwardBytes);
        }

        _memory = Math.Max(0, Math.Min(request.MemoryBudgetBytes, long.MaxValue - 1) - profile.ResidentBytes);
        _compute = request.ComputeBudget is { } budget ? Math.Max(0, budget - profile.Steps.Sum(s => s.ForwardMultiplyAdds)) : null;
        long work = profile.Steps.Length * (profile.Steps.Length + _worth.Sum(w => (long)w.Length));
        _iterations = (int)Math.Clamp(MaxWork / work, MinIterations, MaxIterations);
    }

    /// <summary>Computes the bound.</summary>
    /// <returns>The bound in the unit of <see cref="BlockImportance.Scaled"/>; null if a refutation was found.</returns>
    public double? Compute()
    {
        double bound = _target;
        for (int cut = _worth.Length - 1; cut >= 0; cut--)
        {
            if (_worth[cut].Length > 0)
            {
                if (BoundOf(cut, bound) is not { } own)
                {
                    return null;
                }

                bound = Math.Max(bound, own);
            }
        }

        return bound;
    }

    private double? BoundOf(int cut, double enough)
    {
        var prices = new DualPrices(_worth.Length);
        double best = double.PositiveInfinity, pace = 1;
        for (int i = 0, failed = 0; i < _iterations && best > enough; i++)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            (double value, double worth, int[] choices) = Relax(cut, prices);
            if (_isRefutation(choices, worth))
            {
                return null;
            }

            failed = value < best ? 0 : failed + 1;
            best = Math.Min(best, value);
            if (failed == Patience)
            {
                (failed, pace) = (0, pace / 2);
            }

            DualPrices rest = Leftovers(cut, choices);
            double square = rest.SumOfSquares(prices);
            if (square == 0)
            {
                break;
            }

            prices.MoveAgainst(rest, pace * Math.Max(value - _target, value * 1e-6) / square);
        }

        return best;
    }

    /// <summary>Finds the best choices under prices, and the value of the relaxation with what rounding may have taken from it.</summary>
    private (double Value, double Worth, int[] Choices) Relax(int cut, DualPrices prices)
    {
        int[] choices = [.. Enumerable.Repeat(-1, _worth.Length)];
        double always = prices.BeforeCut, rounded = 0, value = 0, worth = 0;
        for (int t = cut; t < _worth.Length; t++)
        {
            always += prices.Forward[t] + prices.Backward[t];
        }

        Add(prices.BeforeCut * Share(_memory - BeforeCut(cut), _memory));
        Add(prices.Payload * Share(_request.PayloadBudgetBytes ?? 0, _request.PayloadBudgetBytes ?? 0));
        Add(prices.Compute * Share(_compute ?? 0, _compute ?? 0));
        double later = 0;
        for (int t = _worth.Length - 1; t >= cut; t--)
        {
            TrainingStep step = _request.Profile.Steps[t];
            double saved = later + prices.Backward[t];
            later = saved + prices.Forward[t];
            Add(prices.Forward[t] * Share(_memory - step.ForwardBytes, _memory));
            Add(prices.Backward[t] * Share(_memory - (t == cut ? step.BackwardBytesAtCut : step.BackwardBytes), _memory));
            Add(t == cut ? 0 : -prices.Compute * Share(step.InputGradientMultiplyAdds, _compute ?? 0));
            double most = t == cut ? double.NegativeInfinity : -saved * Share(step.PassThroughSavedBytes, _memory), magnitude = Math.Abs(most);
            magnitude = t == cut ? 0 : magnitude;
            for (int i = 0; i < step.Choices.Length; i++)
            {
                TrainingChoice choice = step.Choices[i];
                double price = (always * Share(choice.PersistentBytes, _memory))
                    + (saved * Share(choice.SavedBytes, _memory))
                    + (prices.Backward[t] * Share(choice.WorkspaceBytes, _memory))
                    + (prices.Payload * Share(sizeof(float) * (long)choice.ParameterCount, _request.PayloadBudgetBytes ?? 0))
                    + (prices.Compute * Share(choice.MultiplyAdds, _compute ?? 0));
                magnitude = Math.Max(magnitude, _worth[t][i] + price);
                if (_worth[t][i] - price > most)
                {
                    (most, choices[t]) = (_worth[t][i] - price, i);
                }
            }

            value += most;
            rounded += magnitude;
            worth += choices[t] < 0 ? 0 : _worth[t][choices[t]];
        }

        return (value + (rounded * (4 * _worth.Length + 64) * Math.ScaleB(1, -53)), worth, choices);

        void Add(double term)
        {
            value += term;
            rounded += Math.Abs(term);
        }
    }

    /// <summary>Computes what choices leave over of each budget, as shares of it; negative where they exceed it.</summary>
    private DualPrices Leftovers(int cut, int[] choices)
    {
        var rest = new DualPrices(_worth.Length);
        long held = 0, payload = 0, compute = 0;
        for (int t = cut; t < choices.Length; t++)
        {
            TrainingStep step = _request.Profile.Steps[t];
            compute += t > cut ? step.InputGradientMultiplyAdds : 0;
            if (choices[t] >= 0)
            {
                TrainingChoice choice = step.Choices[choices[t]];
                held += choice.PersistentBytes;
                payload += sizeof(float) * (long)choice.ParameterCount;
                compute += choice.MultiplyAdds;
            }
        }

        rest.BeforeCut = Share(_memory - held - BeforeCut(cut), _memory);
        for (int t = cut; t < choices.Length; t++)
        {
            TrainingStep step = _request.Profile.Steps[t];
            TrainingChoice? choice = choices[t] < 0 ? null : step.Choices[choices[t]];
            rest.Forward[t] = Share(_memory - held - step.ForwardBytes, _memory);
            held += choice?.SavedBytes ?? step.PassThroughSavedBytes;
            long backward = (choice?.WorkspaceBytes ?? 0) + (t == cut ? step.BackwardBytesAtCut : step.BackwardBytes);
            rest.Backward[t] = Share(_memory - held - backward, _memory);
        }

        rest.Payload = _request.PayloadBudgetBytes is { } bytes ? Share(bytes - payload, bytes) : 0;
        rest.Compute = _compute is { } multiplyAdds ? Share(multiplyAdds - compute, multiplyAdds) : 0;
        return rest;
    }

    private long BeforeCut(int cut) => cut == 0 ? 0 : _request.Profile.Steps[cut].BoundaryBytes + _earlier[cut];

    private static double Share(long amount, long budget) => (double)amount / Math.Max(1, budget);
}
