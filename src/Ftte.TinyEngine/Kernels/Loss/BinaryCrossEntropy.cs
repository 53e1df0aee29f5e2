namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes the sigmoid and the binary cross-entropy of one example, averaged over its outputs.</summary>
/// <remarks>Computed in float64, in the form that avoids overflow and the logarithm of 0.</remarks>
internal static class BinaryCrossEntropy
{
    /// <param name="logits">The outputs before the sigmoid.</param>
    /// <param name="targets">The targets in [0, 1].</param>
    /// <param name="scale">The factor of the gradient.</param>
    /// <param name="gradient">Receives scale * (sigmoid - target) / outputs.</param>
    /// <returns>The loss: the mean of max(x, 0) - x * target + ln(1 + exp(-|x|)).</returns>
    public static double Run(ReadOnlySpan<float> logits, ReadOnlySpan<float> targets, float scale, Span<float> gradient)
    {
        double loss = 0, share = (double)scale / logits.Length;
        for (int i = 0; i < logits.Length; i++)
        {
            double x = logits[i], small = PortableMath.Exp(-Math.Abs(x));
            double sigmoid = Sigmoid(x, small);
            loss += Math.Max(x, 0) - (x * targets[i]) + PortableMath.Log(1 + small);
            gradient[i] = (float)(share * (sigmoid - targets[i]));
        }

        return loss / logits.Length;
    }

    /// <summary>Computes the sigmoid: the probability of a logit.</summary>
    public static float Probability(double logit) => (float)Sigmoid(logit, PortableMath.Exp(-Math.Abs(logit)));

    private static double Sigmoid(double x, double small) => x >= 0 ? 1 / (1 + small) : small / (1 + small);
}
