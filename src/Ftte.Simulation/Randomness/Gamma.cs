namespace Ftte.Simulation.Randomness;

/// <summary>The gamma distribution with scale 1.</summary>
internal static class Gamma
{
    /// <summary>Draws by Marsaglia and Tsang's method, "A Simple Method for Generating Gamma Variables" (ACM TOMS 26, 2000).</summary>
    /// <param name="shape">The shape, positive; also the mean and the variance.</param>
    /// <param name="random">The random generator.</param>
    /// <returns>A value of at least 0; it may underflow to 0 when the shape is very small.</returns>
    public static double Draw(double shape, ref SeededRandom random)
    {
        if (shape < 1)
        {
            // The method needs a shape of at least 1; this boost brings it down again.
            return Draw(shape + 1, ref random) * PortableMath.Pow(1 - random.NextDouble(), 1 / shape);
        }

        double d = shape - (1.0 / 3);
        double c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = random.NextGaussian();
            double v = 1 + (c * x);
            if (v <= 0)
            {
                continue;
            }

            v = v * v * v;
            if (PortableMath.Log(1 - random.NextDouble()) < (0.5 * x * x) + d - (d * v) + (d * PortableMath.Log(v)))
            {
                return d * v;
            }
        }
    }

    /// <summary>Draws the logarithm of a value, times the shape. The result is accurate for any small shape.</summary>
    /// <param name="shape">The shape, positive and below 1.</param>
    /// <param name="random">The random generator.</param>
    /// <returns>A finite number; over the shape, it is the logarithm.</returns>
    public static double DrawScaledLog(double shape, ref SeededRandom random) =>
        (shape * PortableMath.Log(Draw(shape + 1, ref random))) + PortableMath.Log(1 - random.NextDouble());
}
