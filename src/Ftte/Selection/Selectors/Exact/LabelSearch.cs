using System.Runtime.InteropServices;

namespace Ftte.Selection;

/// <summary>Performs a label-setting search with dominance over all choices, from the last step to the first.</summary>
/// <remarks>
/// <para>A <i>label</i> is one set of choices for the steps so far, with its cost and value. A label is dropped if another label for the same steps dominates it:
/// no cost is higher and the value is not lower. A label is also dropped if it cannot exceed the best known value even with the completion bound
/// (<see cref="CompletionBound"/>). Every label is also tried as a complete selection with a further choice as the cut, which improves the best known selection.</para>
/// <para>The width is the number of labels to keep per step, those with the highest bounds. The search records the highest bound among the labels that are dropped
/// for this reason. No selection exceeds the maximum of this bound and the best known value. If the two are equal, the best known selection is optimal.</para>
/// <para>Memory is limited: see <see cref="MaxWidth"/>, <see cref="LabelFrontier"/> and <see cref="CompletionBound"/>. A limit loosens the bound, but never makes the
/// bound or the selection incorrect.</para>
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
    private long _bestValue = -1;

    /// <param name="problem">The problem.</param>
    /// <param name="floor">The value to exceed, in units; negative to accept any selection.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    public LabelSearch(SelectionProblem problem, long floor, CancellationToken cancellationToken)
    {
        (_problem, _cancellationToken) = (problem, cancellationToken);
        _best = [.. Enumerable.Repeat(-1, problem.Steps.Length)];
        TrySingles();
        Fits = _bestValue >= 0;
        if (floor >= _bestValue && floor >= 0)
        {
            // The best single choice does not exceed the floor.
            Array.Fill(_best, -1);
            _bestValue = floor;
        }

        _dual = Fits ? new SurrogateDual(problem, cancellationToken) : null;
    }

    /// <summary>Gets the number of extensions of labels so far, in all runs.</summary>
    public long Extensions { get; private set; }

    /// <summary>Gets the callback that runs before the token is checked: after every 2^12 extensions, and at every step.</summary>
    public Action? OnCheck { get; init; }

    /// <summary>Gets a value that indicates whether any choice fits the budgets.</summary>
    public bool Fits { get; }

    /// <summary>Gets the upper bound on the value of every selection before any search, in units.</summary>
    public long Bound => _dual?.Bound ?? -1;

    /// <summary>Gets the largest width for which the links take at most 64 MiB, and all steps together at most 2^25 extensions.</summary>
    public int MaxWidth => Math.Max(1, Math.Min(MaxLinks / _problem.Steps.Length, MaxExtensions / _problem.Steps.Sum(step => step.Options.Length + 1)));

    /// <summary>Gets the best known choices with a value above the floor; null if there are none.</summary>
    public int[]? Best => Array.TrueForAll(_best, choice => choice < 0) ? null : _best;

    /// <summary>Gets the value of the best known choices, or the floor, in units.</summary>
    public long BestValue => _bestValue;

    /// <summary>Runs the search once.</summary>
    /// <param name="width">The number of labels to keep per step.</param>
    /// <returns>The upper bound on the value of every selection, in units.</returns>
    public long Run(int width)
    {
        if (_dual is null || _dual.Bound <= _bestValue)
        {
            return _bestValue;
        }

        if (_completion is null)
        {
            _completion = new CompletionBound(_problem, _dual, _cancellationToken);
        }
        else
        {
            _completion.AddPrices(_cancellationToken);
        }

        long droppedBound = -1;
        var links = new Link[_problem.Steps.Length][];
        List<Label> labels = [new Label(default, 0, long.MaxValue, -1, -1)], next = [];
        for (int t = _problem.Steps.Length - 1; t >= _problem.FirstCut; t--)
        {
            Check();
            TryCuts(CollectionsMarshal.AsSpan(labels), t, links);
            if (t == _problem.FirstCut)
            {
                break;
            }

            next.Clear();
            droppedBound = Math.Max(droppedBound, Extend(CollectionsMarshal.AsSpan(labels), t, next, width));
            (labels, next) = (next, labels);

            var stepLinks = new Link[labels.Count];
            for (int i = 0; i < stepLinks.Length; i++)
            {
                stepLinks[i] = new Link(labels[i].Parent, labels[i].Choice);
            }

            links[t] = stepLinks;
        }

        return Math.Max(droppedBound, _bestValue);
    }

    /// <summary>Tries every choice alone. If none fits, no selection fits.</summary>
    private void TrySingles()
    {
        SuffixCost after = default;
        for (int t = _problem.Steps.Length - 1; t >= 0; t--)
        {
            for (int choice = 0; choice < _problem.Steps[t].Options.Length; choice++)
            {
                SelectionProblem.Option option = _problem.Steps[t].Options[choice];
                if (option.Value > _bestValue && _problem.Fits(after.Cut(_problem.Steps[t], option)))
                {
                    _bestValue = option.Value;
                    Array.Fill(_best, -1);
                    _best[t] = choice;
                }
            }

            after = after.Pass(_problem.Steps[t]);
        }
    }

    /// <summary>Tries every label as a complete selection with every choice of a step as the cut.</summary>
    private void TryCuts(ReadOnlySpan<Label> labels, int t, Link[][] links)
    {
        SelectionProblem.Step step = _problem.Steps[t];
        for (int choice = 0; choice < step.Options.Length; choice++)
        {
            SelectionProblem.Option option = step.Options[choice];

            // Labels are in descending order of value, so the first one that fits is the best with this choice.
            for (int i = 0; i < labels.Length && labels[i].Value + option.Value > _bestValue; i++)
            {
                if (_problem.Fits(labels[i].Cost.Cut(step, option)))
                {
                    _bestValue = labels[i].Value + option.Value;
                    StoreBest(links, t, i, choice);
                    break;
                }
            }
        }
    }

    /// <summary>Keeps the labels with the highest bounds.</summary>
    /// <returns>The highest bound of the dropped labels; -1 if none was dropped.</returns>
    private static long Trim(List<Label> labels, int width)
    {
        if (labels.Count <= width)
        {
            return -1;
        }

        long[] bounds = [.. labels.Select(l => l.Bound)];
        Array.Sort(bounds);
        long minBound = bounds[^width], droppedBound = -1;

        // Labels with the lowest kept bound are kept beyond the width, up to twice the width: with equal importance, all bounds may be equal.
        int ties = (2 * width) - labels.Count(l => l.Bound > minBound);
        labels.RemoveAll(label =>
        {
            bool isDropped = label.Bound < minBound || (label.Bound == minBound && ties-- <= 0);
            droppedBound = isDropped ? Math.Max(droppedBound, label.Bound) : droppedBound;
            return isDropped;
        });
        return droppedBound;
    }

    /// <summary>Extends every label by every choice of a step and by none, in descending order of value, so that only an earlier label can dominate a later one.</summary>
    /// <returns>The highest bound of the labels that were dropped because of the width; -1 if none was dropped.</returns>
    private long Extend(ReadOnlySpan<Label> labels, int t, List<Label> next, int width)
    {
        SelectionProblem.Step step = _problem.Steps[t];
        var frontier = new LabelFrontier(_problem);
        int[] positions = new int[step.Options.Length + 1];
        long droppedBound = -1;

        // Labels are sorted by value, so the extensions by the same choice are too. The queue merges them.
        var queue = new PriorityQueue<int, (long Value, int Choice)>(positions.Length);
        for (int choice = 0; choice < positions.Length && !labels.IsEmpty; choice++)
        {
            if (choice == 0 || _problem.CanContinue[t][choice - 1])
            {
                queue.Enqueue(choice, (-ValueOf(choice, labels[0]), choice));
            }
        }

        while (queue.TryPeek(out int best, out (long Value, int Choice) priority))
        {
            if (++Extensions % CancellationPeriod == 0)
            {
                Check();
            }

            long value = -priority.Value;
            int parent = positions[best]++;
            if (positions[best] < labels.Length)
            {
                queue.DequeueEnqueue(best, (-ValueOf(best, labels[positions[best]]), best));
            }
            else
            {
                queue.Dequeue();
            }

            SuffixCost cost = best == 0 ? labels[parent].Cost.Pass(step) : labels[parent].Cost.After(step, step.Options[best - 1]);
            if (_problem.Fits(cost) && frontier.TryAdd(cost))
            {
                long completion = _completion!.Of(t, cost, _bestValue - value);
                if (completion >= 0 && value + completion > _bestValue)
                {
                    next.Add(new Label(cost, value, value + completion, parent, best - 1));
                    if (next.Count >= 8 * width)
                    {
                        droppedBound = Math.Max(droppedBound, Trim(next, width));
                    }
                }
            }
        }

        return Math.Max(droppedBound, Trim(next, width));

        long ValueOf(int choice, in Label label) => label.Value + (choice == 0 ? 0 : step.Options[choice - 1].Value);
    }

    private void Check()
    {
        OnCheck?.Invoke();
        _cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Stores a selection as the best known one, following the links from its cut to the last step.</summary>
    private void StoreBest(Link[][] links, int t, int parent, int choice)
    {
        Array.Fill(_best, -1);
        _best[t] = choice;
        for (int step = t + 1; step < _best.Length; step++)
        {
            Link link = links[step][parent];
            (_best[step], parent) = (link.Choice, link.Parent);
        }
    }

    private readonly record struct Link(int Parent, int Choice);
}
