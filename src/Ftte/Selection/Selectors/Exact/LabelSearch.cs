using System.Runtime.InteropServices;

namespace Ftte.Selection;

/// <summary>Searches all choices from the last step to the first, keeping only those that may still become the best.</summary>
/// <remarks>
/// <para>A <i>label</i> is one set of choices for the steps so far, with its cost and worth. Of labels for the same steps, one that costs no less in every way
/// and is worth no more than another is dropped; so is one that with all that can still be added (<see cref="CompletionBound"/>) would not beat the best
/// known. Every label is also tried as complete, its latest choice being the cut: that is how the best known grows.</para>
/// <para>At most a given number of labels is kept per step, those with the highest bounds. What is dropped for that reason alone is remembered by its highest
/// bound: no selection is worth more than that or the best known. When the two meet, the best known is the optimum.</para>
/// <para>Memory is bounded: see <see cref="MaxWidth"/>, <see cref="LabelFrontier"/> and <see cref="CompletionBound"/>. A limit loosens the bound; it never changes
/// whether the bound or the selection is right.</para>
/// </remarks>
internal sealed class LabelSearch
{
    private const int MaxLinks = 1 << 23;
    private const int MaxExtensions = 1 << 25;
    private const int CancellationPeriod = 1 << 12;

    private readonly SelectionProblem _problem;
    private readonly SurrogateDual? _dual;
    private CompletionBound? _completion;
    private readonly CancellationToken _cancellationToken;
    private int[] _best;
    private long _bestWorth = -1;

    /// <param name="problem">The problem.</param>
    /// <param name="floor">Only what is worth more is searched for, in units; negative to search for anything.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public LabelSearch(SelectionProblem problem, long floor, CancellationToken cancellationToken)
    {
        (_problem, _cancellationToken) = (problem, cancellationToken);
        _best = [.. Enumerable.Repeat(-1, problem.Steps.Length)];
        TrySingles();
        Fits = _bestWorth >= 0;
        if (floor >= _bestWorth && floor >= 0)
        {
            // What a single choice is worth is known already.
            Array.Fill(_best, -1);
            _bestWorth = floor;
        }

        _dual = Fits ? new SurrogateDual(problem, cancellationToken) : null;
    }

    /// <summary>Gets the number of labels that were extended by a choice so far, in all runs.</summary>
    public long Extensions { get; private set; }

    /// <summary>Gets what is called before the token is checked: after every 2^12 extensions, and at every step.</summary>
    public Action? OnCheck { get; init; }

    /// <summary>Gets whether anything fits the budgets.</summary>
    public bool Fits { get; }

    /// <summary>Gets what no selection is worth more than, known before any search, in units.</summary>
    public long Bound => _dual?.Bound ?? -1;

    /// <summary>Gets the largest width that keeps the trail within 64 MiB, and the extensions of all steps within 2^25.</summary>
    public int MaxWidth => Math.Max(1, Math.Min(MaxLinks / _problem.Steps.Length, MaxExtensions / _problem.Steps.Sum(step => step.Options.Length + 1)));

    /// <summary>Gets the best choices known that are worth more than the floor; null if there are none.</summary>
    public int[]? Best => Array.TrueForAll(_best, choice => choice < 0) ? null : _best;

    /// <summary>Gets what they are worth, or the floor, in units.</summary>
    public long BestWorth => _bestWorth;

    /// <summary>Searches once.</summary>
    /// <param name="width">The most labels kept per step.</param>
    /// <returns>What no selection is worth more than, in units.</returns>
    public long Run(int width)
    {
        if (_dual is null || _dual.Bound <= _bestWorth)
        {
            return _bestWorth;
        }

        if (_completion is null)
        {
            _completion = new CompletionBound(_problem, _dual, _cancellationToken);
        }
        else
        {
            _completion.AddPrices(_cancellationToken);
        }

        long lost = -1;
        var trail = new Link[_problem.Steps.Length][];
        List<Label> labels = [new Label(default, 0, long.MaxValue, -1, -1)], next = [];
        for (int t = _problem.Steps.Length - 1; t >= _problem.FirstCut; t--)
        {
            Check();
            TryCuts(CollectionsMarshal.AsSpan(labels), t, trail);
            if (t == _problem.FirstCut)
            {
                break;
            }

            next.Clear();
            lost = Math.Max(lost, Extend(CollectionsMarshal.AsSpan(labels), t, next, width));
            (labels, next) = (next, labels);

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

    /// <summary>Keeps the labels with the highest bounds.</summary>
    /// <returns>The highest bound of those that were dropped; -1 if none was.</returns>
    private static long Trim(List<Label> labels, int width)
    {
        if (labels.Count <= width)
        {
            return -1;
        }

        long[] bounds = [.. labels.Select(l => l.Bound)];
        Array.Sort(bounds);
        long least = bounds[^width], lost = -1;

        // Of labels with equal bounds more than the width are kept, but not without limit: with equal importances all bounds may be equal.
        int ties = (2 * width) - labels.Count(l => l.Bound > least);
        labels.RemoveAll(label =>
        {
            bool drops = label.Bound < least || (label.Bound == least && ties-- <= 0);
            lost = drops ? Math.Max(lost, label.Bound) : lost;
            return drops;
        });
        return lost;
    }

    /// <summary>Extends every label by every choice of a step, and by none, the most worth first: then only a label that came before can dominate one.</summary>
    /// <returns>The highest bound of the labels that were dropped to keep the width; -1 if none was.</returns>
    private long Extend(ReadOnlySpan<Label> labels, int t, List<Label> next, int width)
    {
        SelectionProblem.Step step = _problem.Steps[t];
        var frontier = new LabelFrontier(_problem);
        int[] at = new int[step.Options.Length + 1];
        long lost = -1;

        // Labels are in order of worth, so those with one choice are, too: a merge.
        var queue = new PriorityQueue<int, (long Worth, int Choice)>(at.Length);
        for (int choice = 0; choice < at.Length && !labels.IsEmpty; choice++)
        {
            if (choice == 0 || _problem.CanContinue[t][choice - 1])
            {
                queue.Enqueue(choice, (-WorthOf(choice, labels[0]), choice));
            }
        }

        while (queue.TryPeek(out int best, out (long Worth, int Choice) priority))
        {
            if (++Extensions % CancellationPeriod == 0)
            {
                Check();
            }

            long worth = -priority.Worth;
            int parent = at[best]++;
            if (at[best] < labels.Length)
            {
                queue.DequeueEnqueue(best, (-WorthOf(best, labels[at[best]]), best));
            }
            else
            {
                queue.Dequeue();
            }

            SuffixCost cost = best == 0 ? labels[parent].Cost.Pass(step) : labels[parent].Cost.After(step, step.Options[best - 1]);
            if (_problem.Fits(cost) && frontier.TryAdd(cost))
            {
                long completion = _completion!.Of(t, cost, _bestWorth - worth);
                if (completion >= 0 && worth + completion > _bestWorth)
                {
                    next.Add(new Label(cost, worth, worth + completion, parent, best - 1));
                    if (next.Count >= 8 * width)
                    {
                        lost = Math.Max(lost, Trim(next, width));
                    }
                }
            }
        }

        return Math.Max(lost, Trim(next, width));

        long WorthOf(int choice, in Label label) => label.Worth + (choice == 0 ? 0 : step.Options[choice - 1].Worth);
    }

    private void Check()
    {
        OnCheck?.Invoke();
        _cancellationToken.ThrowIfCancellationRequested();
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
