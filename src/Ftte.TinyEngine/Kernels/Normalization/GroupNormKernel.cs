namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes group normalization: mean and variance over the pixels and the channels of a group, for each example.</summary>
/// <remarks>
/// Channels are summed as in <see cref="BatchNormKernel"/>, then the channels of a group in ascending order in float64. The result is
/// a factor and an offset for each channel, so the pass over the pixels is that of <see cref="FrozenNorm"/>.
/// </remarks>
internal static unsafe class GroupNormKernel
{
    /// <summary>Computes the output of examples [first, last), and the mean and inverse deviation of each group.</summary>
    public static void Forward(
        float* x, int groups, float* scale, float* shift, float* y, float* mean, float* inverse, int pixels, int channels, int first, int last, double epsilon)
    {
        float* work = stackalloc float[3 * Block];
        int size = channels / groups;
        for (int n = first; n < last; n++)
        {
            float* image = x + ((nint)n * pixels * channels), result = y + ((nint)n * pixels * channels);
            for (int g = 0; g < groups; g++)
            {
                (double center, double spread) = Moments(image, pixels, channels, g * size, size, work);
                mean[(n * groups) + g] = (float)center;
                inverse[(n * groups) + g] = (float)(1 / Math.Sqrt(spread + epsilon));
            }

            for (int c = 0; c < channels; c += Block)
            {
                int count = Math.Min(Block, channels - c);
                for (int i = 0; i < count; i++)
                {
                    int g = (n * groups) + ((c + i) / size);
                    work[i] = inverse[g] * scale[c + i];
                    work[Block + i] = MathF.FusedMultiplyAdd(-mean[g], work[i], shift[c + i]);
                }

                ChannelSweep.Run(new FrozenNorm.ForwardWork(image + c, work, work + Block, result + c, pixels, channels), 0, count);
            }
        }
    }

    /// <summary>Computes, or adds to, the gradient of the input for examples [first, last); dx may not be dy.</summary>
    public static void InputGradient(
        float* dy, float* x, int groups, float* scale, float* mean, float* inverse, float* dx, int pixels, int channels, int first, int last, bool add)
    {
        int size = channels / groups;
        for (int n = first; n < last; n++)
        {
            nint image = (nint)n * pixels * channels;
            for (int g = 0; g < groups; g++)
            {
                float center = mean[(n * groups) + g], factor = inverse[(n * groups) + g];
                double sum = 0, product = 0;
                for (int c = g * size; c < (g + 1) * size; c++)
                {
                    double channelSum = 0, channelProduct = 0;
                    for (int p = 0; p < pixels; p++)
                    {
                        nint at = image + ((nint)p * channels) + c;
                        channelSum += dy[at];
                        channelProduct += (double)dy[at] * ((x[at] - center) * factor);
                    }

                    sum += scale[c] * channelSum;
                    product += scale[c] * channelProduct;
                }

                float meanSum = (float)(sum / ((double)pixels * size)), meanProduct = (float)(product / ((double)pixels * size));
                for (int p = 0; p < pixels; p++)
                {
                    for (int c = g * size; c < (g + 1) * size; c++)
                    {
                        nint at = image + ((nint)p * channels) + c;
                        float standard = (x[at] - center) * factor;
                        float value = factor * (((dy[at] * scale[c]) - meanSum) - (standard * meanProduct));
                        dx[at] = add ? dx[at] + value : value;
                    }
                }
            }
        }
    }

    /// <summary>Adds to the gradients of scale and shift of channels [first, last), one chain over examples and pixels; either may be null.</summary>
    public static void ScaleShiftGradient(
        float* x, float* dy, int groups, float* mean, float* inverse, float* scaleGradient, float* shiftGradient, int examples, int pixels, int channels, int first, int last)
    {
        float* work = stackalloc float[2 * Block];
        int size = channels / groups;
        for (int n = 0; n < examples; n++)
        {
            nint image = (nint)n * pixels * channels;
            for (int c = first; c < last; c += Block)
            {
                int count = Math.Min(Block, last - c);
                for (int i = 0; i < count; i++)
                {
                    int g = (n * groups) + ((c + i) / size);
                    (work[i], work[Block + i]) = (mean[g], inverse[g]);
                }

                if (scaleGradient is not null)
                {
                    ChannelSweep.Run(new FrozenNorm.ScaleGradientWork(x + image + c, dy + image + c, work, work + Block, scaleGradient + c, pixels, channels), 0, count);
                }

                if (shiftGradient is not null)
                {
                    ChannelSweep.Run(new FrozenNorm.SumWork(dy + image + c, shiftGradient + c, pixels, channels), 0, count);
                }
            }
        }
    }

    private const int Block = 256;

    private static (double Mean, double Variance) Moments(float* image, int pixels, int channels, int channel, int size, float* work)
    {
        // The variance of the group is the mean variance of its channels plus the variance of the channel means.
        double sum = 0, within = 0, square = 0;
        for (int c = 0; c < size; c += Block)
        {
            int count = Math.Min(Block, size - c);
            BatchNormKernel.Statistics(image + channel + c, pixels, channels, work, work + Block, work + (2 * Block), epsilon: 1, 0, count);
            for (int i = 0; i < count; i++)
            {
                sum += work[i];
                within += work[(2 * Block) + i];
                square += (double)work[i] * work[i];
            }
        }

        double mean = sum / size;
        return (mean, Math.Max(0, (within / size) + (square / size) - (mean * mean)));
    }
}
