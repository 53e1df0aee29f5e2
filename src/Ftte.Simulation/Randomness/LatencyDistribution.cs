using System.Globalization;
using Ftte.Simulation.Common;

namespace Ftte.Simulation.Randomness;

/// <summary>A law of random durations or factors, of those that the literature draws clients' times from.</summary>
/// <remarks>
/// Values are never negative. As a duration the unit is the second; as a factor the value has none. Immutable and thread-safe. FedBuff's experiments
/// (arXiv 2106.06639) draw half-normal durations, Plato's (ICDCS 2022) Pareto ones with a cap or Zipf ones, FedScale's traces (arXiv 2105.11367) are close to
/// log-normal.
/// </remarks>
public sealed class LatencyDistribution
{
    private const int Quantiles = 10_000;

    private readonly Sampler _draw;
    private readonly string _name;

    private LatencyDistribution(string name, double mean, Sampler draw) => (_name, Mean, _draw) = (name, mean, draw);

    private delegate double Sampler(ref SeededRandom random);

    /// <summary>Gets the expectation; of a law <see cref="FromQuantile"/>, close to it.</summary>
    public double Mean { get; }

    /// <summary>Gives always the same.</summary>
    /// <param name="value">The value; finite, not negative.</param>
    /// <returns>The law.</returns>
    public static LatencyDistribution Constant(double value)
    {
        Guard.NotNegative(value);
        return new LatencyDistribution(string.Create(CultureInfo.InvariantCulture, $"constant {value:R}"), value, (ref random) => value);
    }

    /// <summary>Draws evenly.</summary>
    /// <param name="min">The min value; not negative.</param>
    /// <param name="max">The greatest; finite, not below the min.</param>
    /// <returns>The law.</returns>
    public static LatencyDistribution Uniform(double min, double max)
    {
        Guard.NotNegative(min);
        Guard.NotNegative(max);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, min);
        return new LatencyDistribution(string.Create(CultureInfo.InvariantCulture, $"uniform {min:R} to {max:R}"), (min + max) / 2, (ref random) => min + ((max - min) * random.NextDouble()));
    }

    /// <summary>Draws |x| of a normal x around 0.</summary>
    /// <param name="deviation">The deviation of x; finite, positive.</param>
    /// <returns>The law, whose mean is the deviation times sqrt(2 / pi).</returns>
    public static LatencyDistribution HalfNormal(double deviation)
    {
        Guard.Positive(deviation);
        return new LatencyDistribution(string.Create(CultureInfo.InvariantCulture, $"half-normal {deviation:R}"), deviation * Math.Sqrt(2 / Math.PI), (ref random) => deviation * Math.Abs(random.NextGaussian()));
    }

    /// <summary>Draws exp(x) of a normal x.</summary>
    /// <param name="median">The median; finite, positive.</param>
    /// <param name="sigma">The deviation of x; not negative, and small enough for the mean to be finite.</param>
    /// <returns>The law, whose mean is median exp(sigma^2 / 2).</returns>
    public static LatencyDistribution LogNormal(double median, double sigma)
    {
        Guard.Positive(median);
        Guard.NotNegative(sigma);
        double mean = median * Math.Exp(sigma * sigma / 2);
        return !double.IsFinite(mean)
            ? throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "The law's mean, median exp(sigma^2 / 2), is too large to be told.")
            : new LatencyDistribution(string.Create(CultureInfo.InvariantCulture, $"log-normal {median:R}, {sigma:R}"), mean, (ref random) => median * Math.Exp(sigma * random.NextGaussian()));
    }

    /// <summary>Draws times without memory.</summary>
    /// <param name="mean">The mean; finite, positive.</param>
    /// <returns>The law.</returns>
    public static LatencyDistribution Exponential(double mean)
    {
        Guard.Positive(mean);
        return new LatencyDistribution(string.Create(CultureInfo.InvariantCulture, $"exponential {mean:R}"), mean, (ref random) => -mean * Math.Log(1 - random.NextDouble()));
    }

    /// <summary>Draws from Pareto's law, cut off: P(x > t) = (least / t)^shape below the cap, and nothing above it.</summary>
    /// <param name="shape">The shape; finite, positive. At 1 or less the uncut mean would be infinite.</param>
    /// <param name="least">The least value; finite, positive.</param>
    /// <param name="cap">What greater values become; finite, at least the least.</param>
    /// <returns>The law.</returns>
    public static LatencyDistribution Pareto(double shape, double least, double cap)
    {
        Guard.Positive(shape);
        Guard.Positive(least);
        Guard.Positive(cap);
        ArgumentOutOfRangeException.ThrowIfLessThan(cap, least);

        // The integral of P(x > t) from 0 to the cap.
        double mean = least + (shape == 1
            ? least * Math.Log(cap / least)
            : least / (shape - 1) * (1 - Math.Pow(least / cap, shape - 1)));
        return new LatencyDistribution(
            string.Create(CultureInfo.InvariantCulture, $"Pareto {shape:R} from {least:R} to {cap:R}"), mean, (ref random) => Math.Min(cap, least * Math.Pow(1 - random.NextDouble(), -1 / shape)));
    }

    /// <summary>Draws k units with a probability in proportion to k^-exponent, k = 1 to <paramref name="count"/>.</summary>
    /// <param name="exponent">The exponent; finite, not negative.</param>
    /// <param name="count">The greatest k; 1 to 100,000.</param>
    /// <param name="unit">The unit; finite, positive.</param>
    /// <returns>The law.</returns>
    public static LatencyDistribution Zipf(double exponent, int count, double unit = 1)
    {
        Guard.NotNegative(exponent);
        Guard.Positive(unit);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 100_000);
        double[] cumulative = new double[count];
        double total = 0, moment = 0;
        for (int k = 1; k <= count; k++)
        {
            double weight = Math.Pow(k, -exponent);
            cumulative[k - 1] = total += weight;
            moment += k * weight;
        }

        return new LatencyDistribution(string.Create(CultureInfo.InvariantCulture, $"Zipf {exponent:R} of {count} x {unit:R}"), unit * moment / total, (ref random) =>
        {
            // The first k whose cumulated weight exceeds what was drawn.
            int found = Array.BinarySearch(cumulative, random.NextDouble() * total);
            int index = found >= 0 ? found + 1 : ~found;
            return unit * (Math.Min(index, count - 1) + 1);
        });
    }

    /// <summary>Draws from any law at all, such as one that was measured.</summary>
    /// <param name="name">What the law is called, for reports and errors.</param>
    /// <param name="quantile">
    /// Gives, for a share in [0, 1), the value that this share of all draws does not exceed; finite, not negative. Called once for every draw, with a share that
    /// is drawn evenly, on any thread: it keeps no state and draws nothing of its own.
    /// </param>
    /// <returns>
    /// The law. Its mean is that of 10,000 quantiles evenly apart, the last for the share 0.99995: too small if the tail beyond that weighs much.
    /// </returns>
    /// <exception cref="InvalidOperationException">A quantile is negative or not finite; here, or when such a one is drawn. The message names the law.</exception>
    public static LatencyDistribution FromQuantile(string name, Func<double, double> quantile)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(quantile);
        double mean = 0;
        for (int i = 0; i < Quantiles; i++)
        {
            mean += At((i + 0.5) / Quantiles) / Quantiles;
        }

        return new LatencyDistribution(name, mean, (ref random) => At(random.NextDouble()));

        double At(double share)
        {
            double value = quantile(share);
            return value >= 0 && double.IsFinite(value)
                ? value
                : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The law '{name}' has the quantile {value:R} for the share {share:R}; let it be finite and not negative."));
        }
    }

    /// <summary>Gives the law of values that are so many times as large; from the same randomness, the same draws but for the factor.</summary>
    /// <param name="factor">The factor; finite, not negative.</param>
    /// <returns>The law.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative or not finite, or the mean would be too large to be told.</exception>
    public LatencyDistribution Scaled(double factor)
    {
        Guard.NotNegative(factor);
        return !double.IsFinite(factor * Mean)
            ? throw new ArgumentOutOfRangeException(nameof(factor), factor, $"The mean of '{_name}' times this is too large to be told.")
            : new LatencyDistribution(string.Create(CultureInfo.InvariantCulture, $"{factor:R} x {_name}"), factor * Mean, (ref random) => Math.Min(double.MaxValue, factor * _draw(ref random)));
    }

    /// <summary>Draws a value.</summary>
    /// <param name="random">Where the randomness comes from.</param>
    /// <returns>The value; finite, not negative.</returns>
    public double Draw(ref SeededRandom random) => _draw(ref random);

    /// <inheritdoc />
    public override string ToString() => _name;
}
