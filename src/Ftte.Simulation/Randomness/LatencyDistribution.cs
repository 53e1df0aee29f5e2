using System.Globalization;
using Ftte.Simulation.Common;

namespace Ftte.Simulation.Randomness;

/// <summary>Represents a distribution of random durations or factors.</summary>
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

    /// <summary>Gets the mean; an approximation for <see cref="FromQuantile"/>.</summary>
    public double Mean { get; }

    /// <summary>Creates a distribution with one value.</summary>
    /// <param name="value">The value; finite, not negative.</param>
    /// <returns>The distribution.</returns>
    public static LatencyDistribution Constant(double value)
    {
        Guard.NotNegative(value);
        return new LatencyDistribution(string.Create(CultureInfo.InvariantCulture, $"constant {value:R}"), value, (ref random) => value);
    }

    /// <summary>Creates a uniform distribution.</summary>
    /// <param name="min">The minimum; not negative.</param>
    /// <param name="max">The maximum; finite, not below the minimum.</param>
    /// <returns>The distribution.</returns>
    public static LatencyDistribution Uniform(double min, double max)
    {
        Guard.NotNegative(min);
        Guard.NotNegative(max);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, min);
        return new LatencyDistribution(string.Create(CultureInfo.InvariantCulture, $"uniform {min:R} to {max:R}"), (min + max) / 2, (ref random) => min + ((max - min) * random.NextDouble()));
    }

    /// <summary>Creates a half-normal distribution: |x| of a normal x with mean 0.</summary>
    /// <param name="deviation">The standard deviation of x; finite, positive.</param>
    /// <returns>The distribution. Its mean is the deviation times sqrt(2 / pi).</returns>
    public static LatencyDistribution HalfNormal(double deviation)
    {
        Guard.Positive(deviation);
        return new LatencyDistribution(string.Create(CultureInfo.InvariantCulture, $"half-normal {deviation:R}"), deviation * Math.Sqrt(2 / Math.PI), (ref random) => deviation * Math.Abs(random.NextGaussian()));
    }

    /// <summary>Creates a log-normal distribution: exp(x) of a normal x.</summary>
    /// <param name="median">The median; finite, positive.</param>
    /// <param name="sigma">The standard deviation of x; not negative, and small enough for a finite mean.</param>
    /// <returns>The distribution. Its mean is median exp(sigma^2 / 2).</returns>
    public static LatencyDistribution LogNormal(double median, double sigma)
    {
        Guard.Positive(median);
        Guard.NotNegative(sigma);
        double mean = median * PortableMath.Exp(sigma * sigma / 2);
        return !double.IsFinite(mean)
            ? throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "The mean of the distribution, median exp(sigma^2 / 2), is not finite. Specify a smaller sigma or median.")
            : new LatencyDistribution(string.Create(CultureInfo.InvariantCulture, $"log-normal {median:R}, {sigma:R}"), mean, (ref random) => median * PortableMath.Exp(sigma * random.NextGaussian()));
    }

    /// <summary>Creates an exponential distribution.</summary>
    /// <param name="mean">The mean; finite, positive.</param>
    /// <returns>The distribution.</returns>
    public static LatencyDistribution Exponential(double mean)
    {
        Guard.Positive(mean);
        return new LatencyDistribution(string.Create(CultureInfo.InvariantCulture, $"exponential {mean:R}"), mean, (ref random) => -mean * PortableMath.Log(1 - random.NextDouble()));
    }

    /// <summary>Creates a Pareto distribution with a cap: P(x > t) = (min / t)^shape below the cap, and 0 above it.</summary>
    /// <param name="shape">The shape; finite, positive. At 1 or less, the mean without the cap is infinite.</param>
    /// <param name="min">The minimum; finite, positive.</param>
    /// <param name="cap">The maximum, which replaces greater values; finite, not below the minimum.</param>
    /// <returns>The distribution.</returns>
    public static LatencyDistribution Pareto(double shape, double min, double cap)
    {
        Guard.Positive(shape);
        Guard.Positive(min);
        Guard.Positive(cap);
        ArgumentOutOfRangeException.ThrowIfLessThan(cap, min);

        // The integral of P(x > t) from 0 to the cap.
        double mean = min + (shape == 1
            ? min * PortableMath.Log(cap / min)
            : min / (shape - 1) * (1 - PortableMath.Pow(min / cap, shape - 1)));
        return new LatencyDistribution(
            string.Create(CultureInfo.InvariantCulture, $"Pareto {shape:R} from {min:R} to {cap:R}"), mean, (ref random) => Math.Min(cap, min * PortableMath.Pow(1 - random.NextDouble(), -1 / shape)));
    }

    /// <summary>Creates a Zipf distribution: k units with a probability proportional to k^-exponent, for k = 1 to <paramref name="count"/>.</summary>
    /// <param name="exponent">The exponent; finite, not negative.</param>
    /// <param name="count">The maximum k; 1 to 100,000.</param>
    /// <param name="unit">The unit; finite, positive.</param>
    /// <returns>The distribution.</returns>
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
            double weight = PortableMath.Pow(k, -exponent);
            cumulative[k - 1] = total += weight;
            moment += k * weight;
        }

        return new LatencyDistribution(string.Create(CultureInfo.InvariantCulture, $"Zipf {exponent:R} of {count} x {unit:R}"), unit * moment / total, (ref random) =>
        {
            // The first k with a cumulative weight above the drawn value.
            int found = Array.BinarySearch(cumulative, random.NextDouble() * total);
            int index = found >= 0 ? found + 1 : ~found;
            return unit * (Math.Min(index, count - 1) + 1);
        });
    }

    /// <summary>Creates a distribution from its quantile function, for example of measured values.</summary>
    /// <param name="name">The name in reports and error messages.</param>
    /// <param name="quantile">
    /// Returns the quantile for a share in [0, 1); finite, not negative. It is called once per draw with a uniform share, on any thread. It must not have state or
    /// use randomness of its own.
    /// </param>
    /// <returns>
    /// The distribution. Its mean is computed from 10,000 quantiles, the last one for the share 0.99995. It is too small for a heavy tail beyond that.
    /// </returns>
    /// <exception cref="InvalidOperationException">A quantile is negative or not finite, in this call or in a later draw. The message names the distribution.</exception>
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
                : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The distribution '{name}' has the quantile {value:R} for the share {share:R}. Return a finite value that is not negative."));
        }
    }

    /// <summary>Creates the distribution of values multiplied by a factor. The same random generator gives the same draws times the factor.</summary>
    /// <param name="factor">The factor; finite, not negative.</param>
    /// <returns>The distribution.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative or not finite, or the mean is not finite.</exception>
    public LatencyDistribution Scaled(double factor)
    {
        Guard.NotNegative(factor);
        return !double.IsFinite(factor * Mean)
            ? throw new ArgumentOutOfRangeException(nameof(factor), factor, $"The mean of '{_name}' times this factor is not finite. Specify a smaller factor.")
            : new LatencyDistribution(string.Create(CultureInfo.InvariantCulture, $"{factor:R} x {_name}"), factor * Mean, (ref random) => Math.Min(double.MaxValue, factor * _draw(ref random)));
    }

    /// <summary>Draws a value.</summary>
    /// <param name="random">The random generator.</param>
    /// <returns>The value; finite, not negative.</returns>
    public double Draw(ref SeededRandom random) => _draw(ref random);

    /// <inheritdoc />
    public override string ToString() => _name;
}
