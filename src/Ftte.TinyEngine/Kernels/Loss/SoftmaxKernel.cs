namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes the softmax and the cross-entropy of one example, with the gradient of its logits: p - onehot(label).</summary>
/// <remarks>Computed in float64, in the order of the classes. NaN in a logit propagates to the loss and the whole gradient.</remarks>
internal static class SoftmaxKernel
{
    /// <param name="logits">One logit per class.</param>
    /// <param name="label">The true class.</param>
    /// <param name="scale">The factor of the gradient: 1 / the number of examples in the mean.</param>
    /// <param name="gradient">Receives scale * (p - onehot(label)).</param>
    /// <returns>The loss, -ln p(label), and true if the label has the largest logit (the first one, if several are equal).</returns>
    public static (double Loss, bool Correct) Run(ReadOnlySpan<float> logits, int label, float scale, Span<float> gradient)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            best = logits[i] > logits[best] ? i : best;
        }

        double sum = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            double exponential = PortableMath.Exp((double)logits[i] - logits[best]);
            gradient[i] = (float)exponential;
            sum += exponential;
        }

        double factor = scale / sum;
        for (int i = 0; i < logits.Length; i++)
        {
            gradient[i] = (float)((gradient[i] * factor) - (i == label ? scale : 0));
        }

        double loss = PortableMath.Log(sum) - ((double)logits[label] - logits[best]);
        return (loss, best == label && !double.IsNaN(loss));
    }
}
