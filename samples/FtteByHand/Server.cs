namespace FtteByHand;

/// <summary>What a device sends: which coordinates it trained, how they moved, from which version, on how many examples.</summary>
public sealed record Update(long BaseVersion, int Examples, int[] Coordinates, float[] Values);

/// <summary>The whole server of FTTE in plain loops: weigh an update, keep it, publish after K. Nothing is fast here; everything can be read.</summary>
public sealed class Server(float[] model, int capacity)
{
    private const double MinMassShare = 0.25;
    private const double NormClip = 3;
    private const double ExampleCap = 10;
    private readonly List<(Update Update, double Weight)> _buffer = [];

    // What is usual; not a number before the first version.
    private double _usualVariance = double.NaN;
    private double _usualScale = double.NaN;
    private double _usualExamples = double.NaN;

    public float[] Model { get; } = model;

    public long Version { get; private set; }

    /// <summary>Takes an update and returns the weight it was given; publishes when it is the K-th.</summary>
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
        // The first buffer is judged by its own medians; two updates have none.
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

    /// <summary>No update may be longer per coordinate than three times the usual.</summary>
    private static double Clip(Update update, double usualScale)
    {
        double scale = Scale(update.Values);
        return scale > NormClip * usualScale ? NormClip * usualScale / scale : 1;
    }

    /// <summary>Without anything to compare with, an update may be as long as the parameters that it changes.</summary>
    private double ClipByModel(Update update)
    {
        double longest = Scale(Array.ConvertAll(update.Coordinates, j => Model[j])), scale = Scale(update.Values);
        return longest > 0 && scale > longest ? longest / scale : 1;
    }

    /// <summary>The root mean square.</summary>
    private static double Scale(float[] values)
    {
        double squares = 0;
        foreach (float value in values)
        {
            squares += (double)value * value;
        }

        return Math.Sqrt(squares / values.Length);
    }

    /// <summary>An exponential average of the buffers' medians.</summary>
    private static double Usual(double before, List<double> values) =>
        double.IsNaN(before) ? Median(values) : before + (0.25 * (Median(values) - before));

    private static double Median(List<double> values)
    {
        values.Sort();
        return values.Count % 2 == 1 ? values[values.Count / 2] : (values[(values.Count / 2) - 1] + values[values.Count / 2]) / 2;
    }
}
