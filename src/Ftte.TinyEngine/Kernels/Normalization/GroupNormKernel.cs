using System.Runtime.CompilerServices;
using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes group normalization: mean and variance over the pixels and the channels of a group, for each example.</summary>
/// <remarks>
/// Channels are summed as in <see cref="BatchNormKernel"/>, whatever the size of a group, and then the channels of a group in ascending order in float64. The output is
/// a factor and an offset for each channel, so the pass over the pixels is that of <see cref="FrozenNorm"/>; the gradient is two factors and an offset.
/// </remarks>
[SkipLocalsInit] // The work arrays would be cleared at every call.
internal static unsafe class GroupNormKernel
{
    private const int Block = 256;
    private const int Run = 64;
    private const int MaxLanes = 16;

    /// <summary>Computes the output of examples [first, last), and the mean and inverse deviation of each group.</summary>
    public static void Forward(
        float* x, int groups, float* scale, float* shift, float* y, float* mean, float* inverse, int pixels, int channels, int first, int last, double epsilon)
    {
        float* work = stackalloc float[3 * Block];
        double* sums = stackalloc double[3 * Block];
        int size = channels / groups, together = Math.Max(1, Block / size);
        for (int n = first; n < last; n++)
        {
            float* image = x + ((nint)n * pixels * channels), result = y + ((nint)n * pixels * channels);
            float* means = mean + ((nint)n * groups), inverses = inverse + ((nint)n * groups);
            for (int g = 0; g < groups; g += together)
            {
                Moments(image + (g * size), pixels, channels, size, Math.Min(together, groups - g), work, sums, means + g, inverses + g, epsilon);
            }

            for (int c = 0; c < channels; c += Block)
            {
                int count = Math.Min(Block, channels - c);
                for (int i = 0; i < count; i++)
                {
                    int g = (c + i) / size;
                    work[i] = inverses[g] * scale[c + i];
                    work[Block + i] = MathF.FusedMultiplyAdd(-means[g], work[i], shift[c + i]);
                }

                ChannelSweep.Run(new FrozenNorm.ForwardWork(image + c, work, work + Block, result + c, pixels, channels), 0, count);
            }
        }
    }

    /// <summary>Computes, or adds to, the gradient of the input for examples [first, last); dx may not be dy.</summary>
    /// <remarks>
    /// dx = inverse * (scale * dy - mean of scale * dy - xhat * mean of scale * dy * xhat) with xhat = (x - mean) * inverse, and means over the group.
    /// </remarks>
    public static void InputGradient(
        float* dy, float* x, int groups, float* scale, float* mean, float* inverse, float* dx, int pixels, int channels, int first, int last, bool add)
    {
        float* work = stackalloc float[4 * Block];
        double* sums = stackalloc double[4 * Block];
        int size = channels / groups, together = Math.Max(1, Block / size);
        for (int n = first; n < last; n++)
        {
            nint image = (nint)n * pixels * channels;
            float* means = mean + ((nint)n * groups), inverses = inverse + ((nint)n * groups);
            for (int g = 0; g < groups; g += together)
            {
                int start = g * size, end = Math.Min(groups, g + together) * size;
                new Span<double>(sums, 2 * (end - start) / size).Clear();
                for (int c = start; c < end; c += Block)
                {
                    AddSums(dy + image + c, x + image + c, scale + c, means, pixels, channels, size, c, Math.Min(Block, end - c), work, sums + (2 * Block), sums - (2 * g));
                }

                for (int c = start; c < end; c += Block)
                {
                    int count = Math.Min(Block, end - c);
                    for (int i = 0; i < count; i++)
                    {
                        int group = (c + i) / size;
                        double* sum = sums + (2 * (group - g));
                        double factor = inverses[group], elements = (double)pixels * size;
                        work[i] = means[group];
                        work[Block + i] = inverses[group] * scale[c + i];
                        work[(2 * Block) + i] = (float)(-factor * factor * factor * sum[1] / elements);
                        work[(3 * Block) + i] = (float)(-factor * sum[0] / elements);
                    }

                    ChannelSweep.Run(new GradientWork(dy + image + c, x + image + c, work, dx + image + c, pixels, channels, add), 0, count);
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

    /// <summary>Computes the mean and the inverse deviation of groups that follow each other.</summary>
    private static void Moments(float* image, int pixels, int channels, int size, int groups, float* work, double* sums, float* mean, float* inverse, double epsilon)
    {
        new Span<double>(sums, 3 * groups).Clear();
        for (int c = 0; c < groups * size; c += Block)
        {
            int count = Math.Min(Block, (groups * size) - c);
            BatchNormKernel.Statistics(image + c, pixels, channels, work, work + Block, work + (2 * Block), epsilon: 1, 0, count);
            for (int i = 0; i < count; i++)
            {
                double* sum = sums + (3 * ((c + i) / size));
                sum[0] += work[i];
                sum[1] += work[(2 * Block) + i];
                sum[2] += (double)work[i] * work[i];
            }
        }

        for (int g = 0; g < groups; g++)
        {
            // The variance of the group is the mean variance of its channels plus the variance of the channel means.
            double* sum = sums + (3 * g);
            double center = sum[0] / size, spread = Math.Max(0, (sum[1] / size) + (sum[2] / size) - (center * center));
            mean[g] = (float)center;
            inverse[g] = (float)(1 / Math.Sqrt(spread + epsilon));
        }
    }

    /// <summary>Adds the sums of scale * dy and scale * dy * (x - mean) over the pixels of a block of channels to those of their groups.</summary>
    private static void AddSums(
        float* dy, float* x, float* scale, float* means, int pixels, int channels, int size, int channel, int count, float* work, double* channelSums, double* groupSums)
    {
        for (int i = 0; i < count; i++)
        {
            work[i] = means[(channel + i) / size];
        }

        ChannelSweep.Run(new SumsWork(dy, x, work, channelSums, pixels, channels), 0, count);
        for (int i = 0; i < count; i++)
        {
            double* sum = groupSums + (2 * ((channel + i) / size));
            sum[0] += scale[i] * channelSums[i];
            sum[1] += scale[i] * channelSums[Block + i];
        }
    }

    private readonly struct SumsWork(float* dy, float* x, float* mean, double* sums, int pixels, int channels) : IChannelWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            float* run = stackalloc float[2 * MaxLanes];
            double* total = sums + channel;
            new Span<double>(total, TSimd.Lanes).Clear();
            new Span<double>(total + Block, TSimd.Lanes).Clear();
            TVector center = TSimd.Load(mean + channel);
            float* value = x + channel, gradient = dy + channel;
            for (int p = 0; p < pixels; p += GroupNormKernel.Run)
            {
                TVector sum = TSimd.Broadcast(0), product = TSimd.Broadcast(0);
                for (int end = Math.Min(pixels, p + GroupNormKernel.Run), i = p; i < end; i++, value += channels, gradient += channels)
                {
                    TVector g = TSimd.Load(gradient);
                    sum = TSimd.Add(sum, g);
                    product = TSimd.MultiplyAdd(TSimd.Subtract(TSimd.Load(value), center), g, product);
                }

                TSimd.Store(sum, run);
                TSimd.Store(product, run + MaxLanes);
                for (int lane = 0; lane < TSimd.Lanes; lane++)
                {
                    total[lane] += run[lane];
                    total[Block + lane] += run[MaxLanes + lane];
                }
            }
        }
    }

    /// <summary>dx = a * dy + b * (x - mean) + c, with a vector of each in <paramref name="work"/>: mean, a, b, c.</summary>
    private readonly struct GradientWork(float* dy, float* x, float* work, float* dx, int pixels, int channels, bool add) : IChannelWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            TVector center = TSimd.Load(work + channel), a = TSimd.Load(work + Block + channel);
            TVector b = TSimd.Load(work + (2 * Block) + channel), c = TSimd.Load(work + (3 * Block) + channel);
            float* value = x + channel, gradient = dy + channel, target = dx + channel;
            for (int p = 0; p < pixels; p++, value += channels, gradient += channels, target += channels)
            {
                TVector result = TSimd.MultiplyAdd(TSimd.Subtract(TSimd.Load(value), center), b, TSimd.MultiplyAdd(TSimd.Load(gradient), a, c));
                TSimd.Store(add ? TSimd.Add(TSimd.Load(target), result) : result, target);
            }
        }
    }
}
