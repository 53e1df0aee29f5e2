using System.Runtime.InteropServices;

namespace Ftte;

/// <summary>Searches all choices from the last step to the first, keeping only those that may still become the best.</summary>
/// <remarks>
/// <para>A <i>label</i> is one set of choices for the steps so far, with its cost and worth. Of labels for the same steps, one that costs no less in every way
/// and is worth no more than another is dropped; so is one that with all that can still be added (<see cref="CompletionBound"/>) would not beat the best
/// known. Every label is also tried as complete, its latest choice being the cut: that is how the best known grows.</para>
/// <para>At most a given number of labels is kept per step, those with the highest bounds. What is dropped for that reason alone is remembered by its highest
/// bound: no selection is worth more than that or the best known. When the two meet, the best known is the optimum.</para>
/// </remarks>
internal sealed class LabelSearch
{
    private readonly SelectionProblem _problem;
    private readonly CompletionBound _completion;
    private int[] _best;
    private long _bestWorth = -1;

    public LabelSearch(SelectionProblem problem)
    {
        _problem = problem;
        _completion = new CompletionBound(problem);
        _best = [.. Enumerable.Repeat(-1, problem.Steps.Length)];
        TrySingles();
    }

    /// <summary>Gets the best choices known; null if nothing fits.</summary>
    public int[]? Best => _bestWorth < 0 ? null : _best;

    /// <summary>Gets what they are worth, in units.</summary>
    public long BestWorth => _bestWorth;

    /// <summary>Searches once.</summary>
    /// <param name="width">The most labels kept per step.</param>
    /// <returns>What no selection is worth more than, in units.</returns>
    public long Run(int width)
    {
        long lost = -1;
        var trail = new Link[_problem.Steps.Length][];
        List<Label> labels = [new Label(default, 0, long.MaxValue, -1, -1)], next = [];
        for (int t = _problem.Steps.Length - 1; t >= 0; t--)
        {
            TryCuts(CollectionsMarshal.AsSpan(labels), t, trail);
            next.Clear();
            Extend(CollectionsMarshal.AsSpan(labels), t, next);
            (labels, next) = (next, labels);
            if (labels.Count > width)
            {
                long[] bounds = [.. labels.Select(l => l.Bound)];
                Array.Sort(bounds);
                long least = bounds[^width];
                lost = Math.Max(lost, labels.Where(l => l.Bound < least).Select(l => l.Bound).DefaultIfEmpty(-1).Max());
                labels.RemoveAll(l => l.Bound < least);
            }

            var links = new Link[labels.Count];
            for (int i = 0; i < links.Length; i++)
            {
                links[i] = new Link(labels[i].Parent, labels[i].Choice);
            }

            trail[t] = links;
        }

        return Math.Max(lost, _bestWorth);
    }

    /// <summary>Tries every choice alone: if none fits, nothing does.</summary>
    private void TrySingles()
    {
        SuffixCost after = default;
        for (int t = _problem.Steps.Length - 1; t >= 0; t--)
        {
            for (int choice = 0; choice < _problem.Steps[t].Options.Length; choice++)
            {
                SelectionProblem.Option option = _problem.Steps[t].Options[choice];
                if (option.Worth > _bestWorth && _problem.Fits(after.Cut(_problem.Steps[t], option)))
                {
                    _bestWorth = option.Worth;
                    Array.Fill(_best, -1);
                    _best[t] = choice;
                }
            }

            after = after.Pass(_problem.Steps[t]);
        }
    }

    /// <summary>Tries every label with every choice of a step as complete.</summary>
    private void TryCuts(ReadOnlySpan<Label> labels, int t, Link[][] trail)
    {
        SelectionProblem.Step step = _problem.Steps[t];
        for (int choice = 0; choice < step.Options.Length; choice++)
        {
            SelectionProblem.Option option = step.Options[choice];

            // The most worth comes first, so the first that fits is the best with this choice.
            for (int i = 0; i < labels.Length && labels[i].Worth + option.Worth > _bestWorth; i++)
            {
                if (_problem.Fits(labels[i].Cost.Cut(step, option)))
                {
                    _bestWorth = labels[i].Worth + option.Worth;
                    Remember(trail, t, i, choice);
                    break;
                }
            }
        }
    }

    /// <summary>Extends every label by every choice of a step, and by none, the most worth first: then only a label that came before can dominate one.</summary>
    private void Extend(ReadOnlySpan<Label> labels, int t, List<Label> next)
    {
        SelectionProblem.Step step = _problem.Steps[t];
        var frontier = new LabelFrontier(_problem);
        int[] at = new int[step.Options.Length + 1];
        while (true)
        {
            // Labels are in order of worth, so those with one choice are, too: a merge.
            int best = -1;
            long worth = -1;
            for (int choice = 0; choice < at.Length; choice++)
            {
                if (at[choice] < labels.Length && WorthOf(choice, labels[at[choice]]) > worth)
                {
                    (best, worth) = (choice, WorthOf(choice, labels[at[choice]]));
                }
            }

            if (best < 0)
            {
                return;
            }

            int parent = at[best]++;
            SuffixCost cost = best == 0 ? labels[parent].Cost.Pass(step) : labels[parent].Cost.After(step, step.Options[best - 1]);
            if (_problem.Fits(cost) && frontier.TryAdd(cost))
            {
                long completion = _completion.Of(t, cost, _bestWorth - worth);
                if (completion >= 0 && worth + completion > _bestWorth)
                {
                    next.Add(new Label(cost, worth, worth + completion, parent, best - 1));
                }
            }
        }

        long WorthOf(int choice, in Label label) => label.Worth + (choice == 0 ? 0 : step.Options[choice - 1].Worth);
    }

    private void Remember(Link[][] trail, int t, int parent, int choice)
    {
        Array.Fill(_best, -1);
        _best[t] = choice;
        for (int step = t + 1; step < _best.Length; step++)
        {
            Link link = trail[step][parent];
            (_best[step], parent) = (link.Choice, link.Parent);
        }
    }

    private readonly record struct Link(int Parent, int Choice);
}

/// <summary>One set of choices from a step to the last.</summary>
/// <param name="Cost">What they cost.</param>
/// <param name="Worth">What they are worth, in units.</param>
/// <param name="Bound">What they can be worth at most with all choices before them.</param>
/// <param name="Parent">The label of the next step that they continue.</param>
/// <param name="Choice">The choice of this step; -1 for none.</param>
internal readonly record struct Label(SuffixCost Cost, long Worth, long Bound, int Parent, int Choice);
