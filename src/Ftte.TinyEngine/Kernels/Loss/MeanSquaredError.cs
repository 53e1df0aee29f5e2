namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes the squared error of one example, averaged over its outputs.</summary>
internal static class MeanSquaredError
{
    /// <param name="outputs">The outputs.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="scale">The factor of the gradient.</param>
    /// <param name="gradient">Receives scale * 2 * (output - target) / outputs.</param>
    /// <returns>The loss, summed in float64.</returns>
    public static double Run(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, float scale, Span<float> gradient)
    {
        double loss = 0, share = 2.0 * scale / outputs.Length;
        for (int i = 0; i < outputs.Length; i++)
        {
            double off = (double)outputs[i] - targets[i];
            loss += off * off;
            gradient[i] = (float)(share * off);
        }

        return loss / outputs.Length;
    }
}
