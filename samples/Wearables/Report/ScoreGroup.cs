using Wearables.Learning;

namespace Wearables.Report;

/// <summary>Represents the scores of one method on one kind of device, for the people in one role: means over folds and seeds for each person.</summary>
internal sealed class ScoreGroup
{
    private ScoreGroup(ILookup<int, Score> scores)
    {
        Runs = scores.ToDictionary(person => person.Key, person => person.Select(score => score.Accuracy).ToArray());
        Accuracy = MeansOf(score => score.Accuracy);
        F1 = MeansOf(score => score.MacroF1);

        PersonMeans MeansOf(Func<Score, double> metric) => new(scores.ToDictionary(person => person.Key, person => person.Average(metric)));
    }

    /// <summary>Gets the accuracies of each person, one for each fold and seed.</summary>
    public IReadOnlyDictionary<int, double[]> Runs { get; }

    /// <summary>Gets the accuracy of each person.</summary>
    public PersonMeans Accuracy { get; }

    /// <summary>Gets the macro F1 of each person.</summary>
    public PersonMeans F1 { get; }

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

    /// <summary>Returns the mean change of the accuracy for each person from another group, for people in both.</summary>
    public Dictionary<int, double> ChangesFrom(ScoreGroup before) =>
        Accuracy.Values.Where(person => before.Accuracy.Values.ContainsKey(person.Key)).ToDictionary(person => person.Key, person => person.Value - before.Accuracy.Values[person.Key]);

    /// <summary>Returns twice the standard error of the difference of two means over the runs of a person: a smaller change can be noise.</summary>
    /// <remarks>The variance is that of the accuracy of a person between folds and seeds, averaged over people. NaN if nobody has two runs.</remarks>
    public double Noise()
    {
        double[][] repeated = [.. Runs.Values.Where(runs => runs.Length > 1)];
        double variance = repeated.Select(runs => runs.Sum(run => (run - runs.Average()) * (run - runs.Average())) / (runs.Length - 1)).DefaultIfEmpty(double.NaN).Average();
        return 2 * Math.Sqrt(2 * variance / Runs.Values.Select(runs => runs.Length).DefaultIfEmpty().Average());
    }
}
