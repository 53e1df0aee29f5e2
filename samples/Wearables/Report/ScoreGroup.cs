using Wearables.Learning;

namespace Wearables.Report;

/// <summary>Represents the scores of one method on one kind of device, for the people in one role: means over folds and seeds for each person.</summary>
internal sealed class ScoreGroup
{
    private ScoreGroup(ILookup<int, Score> scores)
    {
        Runs = scores.ToDictionary(person => person.Key, person => person.Select(score => score.Accuracy).ToArray());
        Accuracies = Runs.ToDictionary(person => person.Key, person => person.Value.Average());
        F1 = scores.Select(person => person.Average(score => score.MacroF1)).DefaultIfEmpty(double.NaN).Average();
    }

    /// <summary>Gets the accuracies of each person, one for each fold and seed.</summary>
    public IReadOnlyDictionary<int, double[]> Runs { get; }

    /// <summary>Gets the mean accuracy of each person.</summary>
    public IReadOnlyDictionary<int, double> Accuracies { get; }

    /// <summary>Gets the mean macro F1 over people.</summary>
    public double F1 { get; }

    /// <summary>Gets the mean accuracy over people; NaN without people.</summary>
    public double Mean => Accuracies.Values.DefaultIfEmpty(double.NaN).Average();

    /// <summary>Gets the median accuracy over people.</summary>
    public double Median => MedianOf(Accuracies.Values);

    /// <summary>Gets the mean accuracy of the two people with the lowest one.</summary>
    public double WorstTwo => Accuracies.Values.Order().Take(2).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Collects the scores of a group.</summary>
    /// <param name="results">The results.</param>
    /// <param name="method">The method.</param>
    /// <param name="kind">The kind of device.</param>
    /// <param name="isNewcomer">True for newcomers, false for participants.</param>
    /// <param name="labeled">The number of labeled recordings of a newcomer; null for all. Not used for participants.</param>
    public static ScoreGroup Of(IEnumerable<MethodResult> results, string method, string kind, bool isNewcomer, int? labeled = 0) => new(
        results
            .Where(result => result.Method == method && result.Kind == kind)
            .SelectMany(result => result.Scores)
            .Where(score => score.IsNewcomer == isNewcomer && (!isNewcomer || score.Labeled == labeled))
            .ToLookup(score => score.Person));

    /// <summary>Returns the median of values; NaN without values.</summary>
    public static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Returns the mean change for each person from another group, for people in both.</summary>
    public Dictionary<int, double> ChangesFrom(ScoreGroup before) =>
        Accuracies.Where(person => before.Accuracies.ContainsKey(person.Key)).ToDictionary(person => person.Key, person => person.Value - before.Accuracies[person.Key]);

    /// <summary>Returns twice the standard error of the difference of two means over the runs of a person: a smaller change can be noise.</summary>
    /// <remarks>The variance is that of the accuracy of a person between folds and seeds, averaged over people. NaN if nobody has two runs.</remarks>
    public double Noise()
    {
        double[][] repeated = [.. Runs.Values.Where(runs => runs.Length > 1)];
        double variance = repeated.Select(runs => runs.Sum(run => (run - runs.Average()) * (run - runs.Average())) / (runs.Length - 1)).DefaultIfEmpty(double.NaN).Average();
        return 2 * Math.Sqrt(2 * variance / Runs.Values.Select(runs => runs.Length).DefaultIfEmpty().Average());
    }
}
