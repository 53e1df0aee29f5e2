namespace FtteByHand;

/// <summary>What a device sends: which coordinates it trained, how they moved, from which version, on how many examples.</summary>
public sealed record Update(long BaseVersion, int Examples, int[] Coordinates, float[] Values);

/// <summary>The whole server of FTTE in plain loops: weigh an update, fold it in, publish after K. Nothing is fast here; everything can be read.</summary>
public sealed class Server(float[] model, int capacity)
{
    private const double MinimumMassShare = 0.25;
    private readonly double[] _sum = new double[model.Length];      // of n w d, per coordinate
    private readonly double[] _mass = new double[model.Length];     // of n, per coordinate
    private readonly List<double> _variances = [];                  // of this buffer
    private readonly List<double> _exampleCounts = [];
    private double _wholeMass;
    private double _usualVariance = double.NaN;
    private double _usualExamples = double.NaN;

    public float[] Model { get; } = model;

    public long Version { get; private set; }

    /// <summary>Folds an update in and returns the weight it was given; publishes when it is the K-th.</summary>
    public double Submit(Update update)
    {
        long age = Version - update.BaseVersion;
        double variance = Variance(update.Values);
        double weight = Weight(age, variance, _usualVariance);

        // Nobody may claim more than ten times the usual number of examples.
        int examples = update.Examples > 10 * _usualExamples ? (int)(10 * _usualExamples) : update.Examples;
        for (int i = 0; i < update.Coordinates.Length; i++)
        {
            _sum[update.Coordinates[i]] += examples * weight * update.Values[i];
            _mass[update.Coordinates[i]] += examples;
        }

        _wholeMass += examples;
        _variances.Add(variance);
        _exampleCounts.Add(examples);
        if (_variances.Count == capacity)
        {
            Publish();
        }

        return weight;
    }

    /// <summary>Old updates count less, and so do those noisier than usual.</summary>
    public static double Weight(long age, double variance, double usualVariance)
    {
        double byAge = 1 / Math.Sqrt(1 + age);
        double byVariance = usualVariance > 0 && variance > usualVariance ? Math.Clamp(1 / Math.Sqrt(variance / usualVariance), 0.1, 1) : 1;
        return byAge * byVariance;
    }

    /// <summary>The variance over the coordinates sent, in two passes.</summary>
    public static double Variance(float[] values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }

        double mean = sum / values.Length;
        double squares = 0;
        foreach (float value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        return squares / values.Length;
    }

    /// <summary>Moves the model by the mass-damped mean: what stale updates lose in weight is lost, not given to the others.</summary>
    private void Publish()
    {
        for (int j = 0; j < Model.Length; j++)
        {
            if (_mass[j] > 0)
            {
                double step = _sum[j] / Math.Max(_mass[j], MinimumMassShare * _wholeMass);
                Model[j] = (float)(Model[j] + step);
            }

            (_sum[j], _mass[j]) = (0, 0);
        }

        _usualVariance = Usual(_usualVariance, _variances);
        _usualExamples = Usual(_usualExamples, _exampleCounts);
        _wholeMass = 0;
        Version++;
    }

    /// <summary>An exponential average of the buffers' medians.</summary>
    private static double Usual(double before, List<double> values)
    {
        values.Sort();
        double median = values.Count % 2 == 1 ? values[values.Count / 2] : (values[(values.Count / 2) - 1] + values[values.Count / 2]) / 2;
        values.Clear();
        return double.IsNaN(before) ? median : before + (0.25 * (median - before));
    }
}
