using Ftte.Selection;

namespace Ftte.Baselines;

/// <summary>Represents one run of the evolutionary search.</summary>
internal sealed class Evolution
{
    private readonly SelectionProblem _problem;
    private readonly EvolutionarySelectorOptions _options;
    private readonly int[] _biasChoices;
    private readonly int[] _biasSteps;
    private readonly int[] _steps;
    private readonly ulong _origin;
    private ulong _drawn;

    public Evolution(SelectionProblem problem, ChoiceTable table, EvolutionarySelectorOptions options, ulong turn)
    {
        (_problem, _options) = (problem, options);
        _biasChoices = [.. Enumerable.Range(0, table.StepCount).Select(table.BiasChoice)];
        _biasSteps = [.. Enumerable.Range(0, table.StepCount).Where(t => _biasChoices[t] >= 0).Reverse()];
        _steps = [.. Enumerable.Range(0, table.StepCount).Where(t => table.ChoiceCount(t) > 0)];
        _origin = SplitMix64.Mix(options.Seed ^ SplitMix64.Mix(turn));
    }

    /// <summary>Runs the search.</summary>
    /// <returns>The choices with the maximum fitness; null if all candidates exceed a budget.</returns>
    public int[]? Run(CancellationToken cancellationToken)
    {
        var population = new Genome[_options.Population];
        for (int i = 0; i < population.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            population[i] = Evaluate(DrawGenome());
        }

        int evaluated = population.Length, elite = (int)(_options.Elite * population.Length);
        while (evaluated < _options.Evaluations)
        {
            Array.Sort(population, static (a, b) => b.Fitness.CompareTo(a.Fitness));
            var next = new Genome[population.Length];
            population.AsSpan(0, elite).CopyTo(next);
            for (int i = elite; i < next.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                next[i] = evaluated++ < _options.Evaluations ? Evaluate(Mutate(Cross(PickParent(population), PickParent(population)))) : population[i];
            }

            population = next;
        }

        Genome fittest = population.MaxBy(g => g.Fitness)!;
        return fittest.Fitness > 0 ? Decode(fittest) : null;
    }

    private Genome DrawGenome()
    {
        var genome = new Genome(new int[_problem.Steps.Length]) { BiasDepth = DrawBelow(_biasSteps.Length + 1) };
        double density = DrawShare();
        for (int t = 0; t < genome.Choices.Length; t++)
        {
            int count = _problem.Steps[t].Options.Length;
            genome.Choices[t] = count > 0 && DrawShare() < density * density ? DrawBelow(count) : -1;
        }

        return genome;
    }

    private Genome PickParent(Genome[] population)
    {
        Genome best = population[DrawBelow(population.Length)];
        for (int i = 1; i < _options.Tournament; i++)
        {
            Genome other = population[DrawBelow(population.Length)];
            best = other.Fitness > best.Fitness ? other : best;
        }

        return best;
    }

    private Genome Cross(Genome first, Genome last)
    {
        int at = DrawBelow(first.Choices.Length + 1);
        return new Genome([.. first.Choices[..at], .. last.Choices[at..]]) { BiasDepth = DrawBelow(2) == 0 ? first.BiasDepth : last.BiasDepth };
    }

    private Genome Mutate(Genome child)
    {
        double chance = _options.Mutations / Math.Max(1, _steps.Length);
        foreach (int t in _steps)
        {
            if (DrawShare() < chance)
            {
                child.Choices[t] = DrawBelow(_problem.Steps[t].Options.Length + 1) - 1;
            }
        }

        if (DrawShare() < 0.25)
        {
            child.BiasDepth = Math.Clamp(child.BiasDepth + DrawBelow(7) - 3, 0, _biasSteps.Length);
        }

        return child;
    }

    /// <summary>Computes the fitness: the importance, above 0, if all budgets are kept; otherwise the negative excess over the budgets, below 0.</summary>
    private Genome Evaluate(Genome genome)
    {
        int[] choices = Decode(genome);
        int cut = Array.FindIndex(choices, choice => choice >= 0);
        if (cut < 0)
        {
            return genome;
        }

        SuffixCost cost = default;
        long importance = 0;
        for (int t = choices.Length - 1; t > cut; t--)
        {
            SelectionProblem.Step step = _problem.Steps[t];
            cost = choices[t] < 0 ? cost.Pass(step) : cost.After(step, step.Options[choices[t]]);
            importance += choices[t] < 0 ? 0 : step.Options[choices[t]].Value;
        }

        SelectionProblem.Option first = _problem.Steps[cut].Options[choices[cut]];
        cost = cost.Cut(_problem.Steps[cut], first);
        genome.Fitness = _problem.Fits(cost)
            ? 1 + importance + first.Value
            : -(Excess(cost.Need, _problem.Memory) + Excess(cost.Payload, _problem.Payload) + Excess(cost.Compute, _problem.Compute));
        return genome;
    }

    private int[] Decode(Genome genome)
    {
        int[] choices = [.. genome.Choices];
        foreach (int t in _biasSteps.AsSpan(0, genome.BiasDepth))
        {
            choices[t] = choices[t] < 0 ? _biasChoices[t] : choices[t];
        }

        return choices;
    }

    private static double Excess(long cost, long budget) => Math.Max(0, (double)cost - budget) / Math.Max(1, (double)Math.Abs(budget));

    private int DrawBelow(int count) => (int)Math.BigMul(Draw(), (ulong)count, out _);

    private double DrawShare() => (Draw() >> 11) * (1.0 / (1UL << 53));

    private ulong Draw() => SplitMix64.At(_origin, _drawn++);

    /// <summary>Represents a candidate.</summary>
    /// <param name="choices">The choice of each step; -1 if the bias depth determines it.</param>
    private sealed class Genome(int[] choices)
    {
        public int[] Choices { get; } = choices;

        /// <summary>Gets or sets the number of last steps with a bias that train it.</summary>
        public int BiasDepth { get; set; }

        public double Fitness { get; set; } = double.NegativeInfinity;
    }
}
