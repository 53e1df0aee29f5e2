namespace Ftte.Selection;

/// <summary>Computes the cost of a set of choices with one of them changed, in constant time per change.</summary>
/// <remarks>
/// The peak is computed from the last step to the first (<see cref="SuffixCost"/>). Each step maps need and held bytes to max(need + a, held + b) and
/// held + p. Such maps compose to a map of the same form. Therefore the steps after a step are one number pair, and the steps before it are one map, of
/// which only the need is asked for.
/// </remarks>
internal sealed class TentativeCosts
{
    private readonly SelectionProblem _problem;
    private readonly long _residentBytes;
    private readonly long _forwardMultiplyAdds;
    private readonly SuffixCost[] _after;
    private readonly Map[] _before;
    private int[] _choices = [];
    private int _cut;
    private long _payload;
    private long _compute;

    public TentativeCosts(SelectionRequest request)
    {
        _problem = new SelectionProblem(request);
        _residentBytes = request.Profile.ResidentBytes;
        _forwardMultiplyAdds = request.Profile.Steps.Sum(s => s.ForwardMultiplyAdds);
        _after = new SuffixCost[_problem.Steps.Length + 1];
        _before = new Map[_problem.Steps.Length + 1];
    }

    /// <summary>Sets the base choices, of which one at a time is changed.</summary>
    public void SetBase(int[] choices)
    {
        _choices = [.. choices];
        _cut = Array.FindIndex(choices, choice => choice >= 0);
        _cut = _cut < 0 ? choices.Length : _cut;
        for (int t = choices.Length - 1; t >= 0; t--)
        {
            SelectionProblem.Step step = _problem.Steps[t];
            _after[t] = choices[t] < 0 ? _after[t + 1].Pass(step) : _after[t + 1].After(step, step.Options[choices[t]]);
        }

        _before[_cut] = default;
        for (int t = _cut; t < choices.Length; t++)
        {
            _before[t + 1] = MapThrough(t, _before[t]);
        }

        _payload = _after[0].Payload;
        _compute = _cut < choices.Length ? _after[_cut].Compute - _problem.Steps[_cut].InputGradient : 0;
    }

    /// <summary>Computes the cost with the choice of one step replaced.</summary>
    public SelectionCost With(int step, int choice)
    {
        SelectionProblem.Option option = _problem.Steps[step].Options[choice];
        SuffixCost cost;
        if (step <= _cut)
        {
            cost = _after[step + 1].Cut(_problem.Steps[step], option);
        }
        else
        {
            SelectionProblem.Option before = _choices[step] < 0 ? SelectionProblem.Option.Nothing : _problem.Steps[step].Options[_choices[step]];
            cost = _after[step + 1].After(_problem.Steps[step], option);
            cost = cost with
            {
                Need = _before[step].GetNeed(cost),
                Payload = _payload - before.Payload + option.Payload,
                Compute = _compute - before.Compute + option.Compute,
            };
        }

        return new SelectionCost(_residentBytes + cost.Need, cost.Payload, _forwardMultiplyAdds + cost.Compute);
    }

    /// <summary>Returns the map of a step and of those before it.</summary>
    private Map MapThrough(int t, in Map before)
    {
        bool isCut = t == _cut;
        SelectionProblem.Step step = _problem.Steps[t];
        SelectionProblem.Option option = _choices[t] < 0 ? SelectionProblem.Option.Nothing with { Saved = step.PassThrough } : step.Options[_choices[t]];
        long backward = option.Saved + option.Workspace + (isCut ? step.BackwardAtCut : step.Backward);
        long transient = Math.Max(step.Forward, Math.Max(backward, isCut ? step.BeforeCut : 0));
        return new Map(option.Saved + option.Persistent + before.Need, option.Persistent + Math.Max(transient + before.Need, before.Transient));
    }

    private readonly record struct Map(long Need, long Transient)
    {
        public long GetNeed(in SuffixCost after) => Math.Max(after.Need + Need, after.Held + Transient);
    }
}
