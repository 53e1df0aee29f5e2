using System.Numerics.Tensors;

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
        int best = FirstLargest(logits);
        double sum = Exponentials(logits, logits[best], gradient);
        double factor = scale / sum;
        for (int i = 0; i < logits.Length; i++)
        {
            gradient[i] = (float)((gradient[i] * factor) - (i == label ? scale : 0));
        }

        double loss = PortableMath.Log(sum) - ((double)logits[label] - logits[best]);
        return (loss, best == label && !double.IsNaN(loss));
    }

    /// <summary>Computes the softmax.</summary>
    /// <param name="logits">One logit per class.</param>
    /// <param name="probabilities">Receives the probability of each class; NaN if the softmax is not defined.</param>
    public static void Probabilities(ReadOnlySpan<float> logits, Span<float> probabilities)
    {
        double factor = 1 / Exponentials(logits, logits[FirstLargest(logits)], probabilities);
        for (int i = 0; i < logits.Length; i++)
        {
            probabilities[i] = (float)(probabilities[i] * factor);
        }
    }

    /// <summary>Finds the most probable class.</summary>
    /// <param name="logits">One logit per class.</param>
    /// <returns>The class with the largest logit (the first one, if several are equal); -1 if the softmax is not defined, because a logit is NaN or the largest is infinite.</returns>
    public static int Classify(ReadOnlySpan<float> logits)
    {
        int best = FirstLargest(logits);
        return float.IsFinite(logits[best]) && !TensorPrimitives.IsNaNAny(logits) ? best : -1;
    }

    private static int FirstLargest(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            best = logits[i] > logits[best] ? i : best;
        }

        return best;
    }

    /// <summary>Computes the exponentials of the distances to the largest logit, and returns their sum.</summary>
    private static double Exponentials(ReadOnlySpan<float> logits, float largest, Span<float> destination)
    {
        double sum = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            double exponential = PortableMath.Exp((double)logits[i] - largest);
            destination[i] = (float)exponential;
            sum += exponential;
        }

        return sum;
    }
}
