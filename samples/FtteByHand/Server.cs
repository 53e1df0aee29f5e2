namespace FtteByHand;

/// <summary>Represents the update of a device: the trained coordinates, their changes, the base version and the number of examples.</summary>
public sealed record Update(long BaseVersion, int Examples, int[] Coordinates, float[] Values);

/// <summary>Implements the server of FTTE in plain loops: weights an update, buffers it, and publishes a version after K updates. The code favors readability over speed.</summary>
public sealed class Server(float[] model, int capacity)
{
    private const double MinMassShare = 0.25;
    private const double NormClip = 3;
    private const double ExampleCap = 10;
    private readonly List<(Update Update, double Weight)> _buffer = [];

    // The moving averages of variance and norm; NaN before the first version.
    private double _usualVariance = double.NaN;
    private double _usualScale = double.NaN;
    private double _usualExamples = double.NaN;

    public float[] Model { get; } = model;

    public long Version { get; private set; }

    /// <summary>Adds an update and returns its weight. The K-th update publishes a version.</summary>
    public double Submit(Update update)
    {
        double clip = Clip(update, _usualScale);
        double weight = Weight(Version - update.BaseVersion, Variance(update.Values) * clip * clip, _usualVariance);
        _buffer.Add((update, weight));
        if (_buffer.Count == capacity)
        {
            Publish();
        }

        return weight;
    }

    /// <summary>Computes the weight of an update. Stale updates, and updates with a variance above the average, get lower weights.</summary>
    public static double Weight(long age, double variance, double usualVariance)
    {
        double byAge = 1 / Math.Sqrt(1 + age);
        double byVariance = usualVariance > 0 && variance > usualVariance ? Math.Clamp(1 / Math.Sqrt(variance / usualVariance), 0.1, 1) : 1;
        return byAge * byVariance;
    }

    /// <summary>Computes the variance over the coordinates of an update, in two passes.</summary>
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

    /// <summary>Updates the model by the mass-damped mean: the weight that stale updates lose is not redistributed to the others.</summary>
    private void Publish()
    {
        // The first buffer is compared with its own medians, which need more than two updates.
        bool isFirst = double.IsNaN(_usualScale);
        bool hasMedian = _buffer.Count >= 3;
        double scale = isFirst && hasMedian ? Median(_buffer.ConvertAll(b => Scale(b.Update.Values))) : _usualScale;
        List<double> claims = _buffer.ConvertAll(b => (double)b.Update.Examples);
        double usualExamples = !isFirst ? _usualExamples : hasMedian ? Median(claims) : claims.Min();

        var sum = new double[Model.Length];     // of n w d, per coordinate
        var mass = new double[Model.Length];    // of n, per coordinate
        double wholeMass = 0;
        List<double> variances = [], scales = [], exampleCounts = [];
        foreach ((Update update, double weight) in _buffer)
        {
            double clip = isFirst && !hasMedian ? ClipByModel(update) : Clip(update, scale);
            int examples = update.Examples > ExampleCap * usualExamples ? (int)(ExampleCap * usualExamples) : update.Examples;
            for (int i = 0; i < update.Coordinates.Length; i++)
            {
                sum[update.Coordinates[i]] += examples * weight * clip * update.Values[i];
                mass[update.Coordinates[i]] += examples;
            }

            wholeMass += examples;
            variances.Add(Variance(update.Values) * clip * clip);
            scales.Add(Scale(update.Values) * (hasMedian ? 1 : clip));
            exampleCounts.Add(examples);
        }

        for (int j = 0; j < Model.Length; j++)
        {
            if (mass[j] > 0)
            {
                Model[j] = (float)(Model[j] + (sum[j] / Math.Max(mass[j], MinMassShare * wholeMass)));
            }
        }

        _usualVariance = Usual(_usualVariance, variances);
        _usualScale = Usual(_usualScale, scales);
        _usualExamples = Usual(_usualExamples, exampleCounts);
        _buffer.Clear();
        Version++;
    }

    /// <summary>Limits the norm per coordinate of an update to three times the average.</summary>
    private static double Clip(Update update, double usualScale)
    {
        double scale = Scale(update.Values);
        return scale > NormClip * usualScale ? NormClip * usualScale / scale : 1;
    }

    /// <summary>Without an average, the limit is the norm of the parameters that the update changes.</summary>
    private double ClipByModel(Update update)
    {
        double longest = Scale(Array.ConvertAll(update.Coordinates, j => Model[j])), scale = Scale(update.Values);
        return longest > 0 && scale > longest ? longest / scale : 1;
    }

    /// <summary>Computes the root mean square.</summary>
    private static double Scale(float[] values)
    {
        double squares = 0;
        foreach (float value in values)
        {
            squares += (double)value * value;
        }

        return Math.Sqrt(squares / values.Length);
    }

    /// <summary>Computes an exponential moving average of the medians of the buffers.</summary>
    private static double Usual(double before, List<double> values) =>
        double.IsNaN(before) ? Median(values) : before + (0.25 * (Median(values) - before));

    private static double Median(List<double> values)
    {
        values.Sort();
        return values.Count % 2 == 1 ? values[values.Count / 2] : (values[(values.Count / 2) - 1] + values[values.Count / 2]) / 2;
    }
}
