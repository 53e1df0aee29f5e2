namespace Ftte.Selection;

/// <summary>Computes an upper bound of the objective of all selections within the budgets by weak duality, without a search and without code of a selector.</summary>
/// <remarks>
/// <para>For a fixed cut, every constraint is linear in the choices: the memory of each moment, payload and compute. Lagrangian relaxation adds the slack of each
/// constraint to the objective, multiplied by a dual price, and leaves one maximization per step. Its value is an upper bound of the optimum for any nonnegative
/// prices. Poor prices make the bound loose but never incorrect. Subgradient steps improve the prices. The bound of the request is the maximum over all cuts.</para>
/// <para>A solution of a relaxation that keeps all budgets is a selection. If its objective exceeds a claimed bound, it refutes the claim.</para>
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
    private readonly double[][] _values;
    private readonly long[] _earlier;
    private readonly long _memory;
    private readonly long? _compute;

    /// <param name="request">The costs, the importance and the budgets.</param>
    /// <param name="target">The objective of a known selection, in the unit of <see cref="BlockImportance.Scaled"/>. The bound does not need to be lower.</param>
    /// <param name="isRefutation">Determines whether the choices of a relaxation and their objective refute the claim. If they do, the computation ends.</param>
    /// <param name="cancellationToken">Cancels the computation.</param>
    public DualBound(SelectionRequest request, double target, Func<int[], double, bool> isRefutation, CancellationToken cancellationToken)
    {
        (_request, _target, _isRefutation, _cancellationToken) = (request, target, isRefutation, cancellationToken);
        TrainingProfile profile = request.Profile;
        _values = [.. profile.Steps.Select(s => s.Choices.Select(c => request.Importance.Scaled.Of(c.Ranges)).ToArray())];
        _earlier = new long[profile.Steps.Length];
        for (int t = 1; t < _earlier.Length; t++)
        {
            TrainingStep before = profile.Steps[t - 1];
            _earlier[t] = Math.Max(_earlier[t - 1], before.StreamedForwardBytes ?? before.ForwardBytes);
        }

        _memory = Math.Max(0, Math.Min(request.MemoryBudgetBytes, long.MaxValue - 1) - profile.ResidentBytes);
        _compute = request.ComputeBudget is { } budget ? Math.Max(0, budget - profile.Steps.Sum(s => s.ForwardMultiplyAdds)) : null;
        long work = profile.Steps.Length * (profile.Steps.Length + _values.Sum(w => (long)w.Length));
        _iterations = (int)Math.Clamp(MaxWork / work, MinIterations, MaxIterations);
    }

    /// <summary>Computes the bound.</summary>
    /// <returns>The bound in the unit of <see cref="BlockImportance.Scaled"/>; null if a refutation was found.</returns>
    public double? Compute()
    {
        double bound = _target;
        for (int cut = _values.Length - 1; cut >= 0; cut--)
        {
            if (_values[cut].Length > 0)
            {
                if (BoundOf(cut, bound) is not { } cutBound)
                {
                    return null;
                }

                bound = Math.Max(bound, cutBound);
            }
        }

        return bound;
    }

    private double? BoundOf(int cut, double target)
    {
        var prices = new DualPrices(_values.Length);
        double best = double.PositiveInfinity, stepScale = 1;
        for (int i = 0, failed = 0; i < _iterations && best > target; i++)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            (double value, double objective, int[] choices) = Relax(cut, prices);
            if (_isRefutation(choices, objective))
            {
                return null;
            }

            failed = value < best ? 0 : failed + 1;
            best = Math.Min(best, value);
            if (failed == Patience)
            {
                (failed, stepScale) = (0, stepScale / 2);
            }

            DualPrices slack = SlackOf(cut, choices);
            double square = slack.SumOfSquares(prices);
            if (square == 0)
            {
                break;
            }

            prices.MoveAgainst(slack, stepScale * Math.Max(value - _target, value * 1e-6) / square);
        }

        return best;
    }

    /// <summary>Solves the relaxation for a cut and prices. The value includes an upper bound of the rounding error.</summary>
    private (double Value, double Objective, int[] Choices) Relax(int cut, DualPrices prices)
    {
        int[] choices = [.. Enumerable.Repeat(-1, _values.Length)];
        double heldPrice = prices.BeforeCut, magnitudes = 0, value = 0, objective = 0;
        for (int t = cut; t < _values.Length; t++)
        {
            heldPrice += prices.Forward[t] + prices.Backward[t];
        }

        Add(prices.BeforeCut * Share(_memory - BeforeCut(cut), _memory));
        Add(prices.Payload * Share(_request.PayloadBudgetBytes ?? 0, _request.PayloadBudgetBytes ?? 0));
        Add(prices.Compute * Share(_compute ?? 0, _compute ?? 0));
        double laterPrice = 0;
        for (int t = _values.Length - 1; t >= cut; t--)
        {
            TrainingStep step = _request.Profile.Steps[t];
            double savedPrice = laterPrice + prices.Backward[t];
            laterPrice = savedPrice + prices.Forward[t];
            Add(prices.Forward[t] * Share(_memory - step.ForwardBytes, _memory));
            Add(prices.Backward[t] * Share(_memory - (t == cut ? step.BackwardBytesAtCut : step.BackwardBytes), _memory));
            Add(t == cut ? 0 : -prices.Compute * Share(step.InputGradientMultiplyAdds, _compute ?? 0));
            double max = t == cut ? double.NegativeInfinity : -savedPrice * Share(step.PassThroughSavedBytes, _memory), magnitude = Math.Abs(max);
            magnitude = t == cut ? 0 : magnitude;
            for (int i = 0; i < step.Choices.Length; i++)
            {
                TrainingChoice choice = step.Choices[i];
                double price = (heldPrice * Share(choice.PersistentBytes, _memory))
                    + (savedPrice * Share(choice.SavedBytes, _memory))
                    + (prices.Backward[t] * Share(choice.WorkspaceBytes, _memory))
                    + (prices.Payload * Share(sizeof(float) * (long)choice.ParameterCount, _request.PayloadBudgetBytes ?? 0))
                    + (prices.Compute * Share(choice.MultiplyAdds, _compute ?? 0));
                magnitude = Math.Max(magnitude, _values[t][i] + price);
                if (_values[t][i] - price > max)
                {
                    (max, choices[t]) = (_values[t][i] - price, i);
                }
            }

            value += max;
            magnitudes += magnitude;
            objective += choices[t] < 0 ? 0 : _values[t][choices[t]];
        }

        return (value + (magnitudes * (4 * _values.Length + 64) * Math.ScaleB(1, -53)), objective, choices);

        void Add(double term)
        {
            value += term;
            magnitudes += Math.Abs(term);
        }
    }

    /// <summary>Computes the slack of each constraint as a share of its budget; negative if the choices exceed the budget.</summary>
    private DualPrices SlackOf(int cut, int[] choices)
    {
        var slack = new DualPrices(_values.Length);
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

        slack.BeforeCut = Share(_memory - held - BeforeCut(cut), _memory);
        for (int t = cut; t < choices.Length; t++)
        {
            TrainingStep step = _request.Profile.Steps[t];
            TrainingChoice? choice = choices[t] < 0 ? null : step.Choices[choices[t]];
            slack.Forward[t] = Share(_memory - held - step.ForwardBytes, _memory);
            held += choice?.SavedBytes ?? step.PassThroughSavedBytes;
            long backward = (choice?.WorkspaceBytes ?? 0) + (t == cut ? step.BackwardBytesAtCut : step.BackwardBytes);
            slack.Backward[t] = Share(_memory - held - backward, _memory);
        }

        slack.Payload = _request.PayloadBudgetBytes is { } bytes ? Share(bytes - payload, bytes) : 0;
        slack.Compute = _compute is { } multiplyAdds ? Share(multiplyAdds - compute, multiplyAdds) : 0;
        return slack;
    }

    private long BeforeCut(int cut) => cut == 0 ? 0 : _request.Profile.Steps[cut].BoundaryBytes + _earlier[cut];

    private static double Share(long amount, long budget) => (double)amount / Math.Max(1, budget);
}
