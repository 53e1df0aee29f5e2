using System.Runtime.CompilerServices;
using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes batch normalization with the statistics of the batch.</summary>
/// <remarks>
/// A channel is summed in float32 over runs of <see cref="Run"/> pixels, and the runs are summed in float64: precise, fast, and in an order that does not depend on vector width or threads.
/// </remarks>
internal static unsafe class BatchNormKernel
{
    private const int Run = 64;
    private const int MaxLanes = 16;

    /// <summary>Computes mean, variance and 1 / sqrt(variance + epsilon) of channels [first, last) over all pixels.</summary>
    public static void Statistics(float* x, long pixels, int channels, float* mean, float* inverse, float* variance, double epsilon, int first, int last) =>
        ChannelSweep.Run(new StatisticsWork(x, pixels, channels, mean, inverse, variance, epsilon), first, last);

    /// <summary>
    /// Computes dx = scale * inverse * (dy - mean of dy - xhat * mean of dy * xhat) with xhat = (x - mean) * inverse for channels [first, last), and adds the sums to the
    /// gradients of scale and shift. dx may be dy; dx and either gradient may be null.
    /// </summary>
    public static void Backward(
        float* dy,
        float* x,
        float* mean,
        float* inverse,
        float* scale,
        float* dx,
        bool add,
        long pixels,
        int channels,
        float* scaleGradient,
        float* shiftGradient,
        int first,
        int last) =>
        ChannelSweep.Run(new BackwardWork(dy, x, mean, inverse, scale, dx, add, pixels, channels, scaleGradient, shiftGradient), first, last);

    private readonly struct StatisticsWork(float* x, long pixels, int channels, float* mean, float* inverse, float* variance, double epsilon) : IChannelWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            double* sums = stackalloc double[MaxLanes];
            float* run = stackalloc float[MaxLanes];
            new Span<double>(sums, MaxLanes).Clear();
            for (long p = 0; p < pixels; p += BatchNormKernel.Run)
            {
                TVector sum = TSimd.Broadcast(0);
                float* value = x + (p * channels) + channel;
                for (long end = Math.Min(pixels, p + BatchNormKernel.Run), i = p; i < end; i++, value += channels)
                {
                    sum = TSimd.Add(sum, TSimd.Load(value));
                }

                TSimd.Store(sum, run);
                for (int lane = 0; lane < TSimd.Lanes; lane++)
                {
                    sums[lane] += run[lane];
                }
            }

            for (int lane = 0; lane < TSimd.Lanes; lane++)
            {
                sums[lane] /= pixels;
                mean[channel + lane] = (float)sums[lane];
            }

            Spread<TSimd, TVector>(channel, sums, run);
        }

        private void Spread<TSimd, TVector>(int channel, double* means, float* run)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            double* squares = stackalloc double[MaxLanes];
            new Span<double>(squares, MaxLanes).Clear();
            TVector center = TSimd.Load(mean + channel);
            for (long p = 0; p < pixels; p += BatchNormKernel.Run)
            {
                TVector sum = TSimd.Broadcast(0);
                float* value = x + (p * channels) + channel;
                for (long end = Math.Min(pixels, p + BatchNormKernel.Run), i = p; i < end; i++, value += channels)
                {
                    TVector off = TSimd.Subtract(TSimd.Load(value), center);
                    sum = TSimd.MultiplyAdd(off, off, sum);
                }

                TSimd.Store(sum, run);
                for (int lane = 0; lane < TSimd.Lanes; lane++)
                {
                    squares[lane] += run[lane];
                }
            }

            for (int lane = 0; lane < TSimd.Lanes; lane++)
            {
                // The squared deviations are relative to the rounded mean.
                double off = means[lane] - mean[channel + lane];
                double spread = Math.Max(0, (squares[lane] / pixels) - (off * off));
                variance[channel + lane] = (float)spread;
                inverse[channel + lane] = (float)(1 / Math.Sqrt(spread + epsilon));
            }
        }
    }

    private readonly struct BackwardWork(
        float* dy,
        float* x,
        float* mean,
        float* inverse,
        float* scale,
        float* dx,
        bool add,
        long pixels,
        int channels,
        float* scaleGradient,
        float* shiftGradient) : IChannelWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            double* sums = stackalloc double[2 * MaxLanes];
            float* run = stackalloc float[2 * MaxLanes];
            new Span<double>(sums, 2 * MaxLanes).Clear();
            TVector center = TSimd.Load(mean + channel), factor = TSimd.Load(inverse + channel);
            for (long p = 0; p < pixels; p += BatchNormKernel.Run)
            {
                TVector sum = TSimd.Broadcast(0), product = TSimd.Broadcast(0);
                float* value = x + (p * channels) + channel, gradient = dy + (p * channels) + channel;
                for (long end = Math.Min(pixels, p + BatchNormKernel.Run), i = p; i < end; i++, value += channels, gradient += channels)
                {
                    TVector g = TSimd.Load(gradient);
                    sum = TSimd.Add(sum, g);
                    product = TSimd.MultiplyAdd(TSimd.Multiply(TSimd.Subtract(TSimd.Load(value), center), factor), g, product);
                }

                TSimd.Store(sum, run);
                TSimd.Store(product, run + MaxLanes);
                for (int lane = 0; lane < TSimd.Lanes; lane++)
                {
                    sums[lane] += run[lane];
                    sums[MaxLanes + lane] += run[MaxLanes + lane];
                }
            }

            for (int lane = 0; lane < TSimd.Lanes; lane++)
            {
                if (shiftGradient is not null)
                {
                    shiftGradient[channel + lane] += (float)sums[lane];
                }

                if (scaleGradient is not null)
                {
                    scaleGradient[channel + lane] += (float)sums[MaxLanes + lane];
                }

                run[lane] = (float)(sums[lane] / pixels);
                run[MaxLanes + lane] = (float)(-sums[MaxLanes + lane] / pixels);
            }

            if (dx is not null)
            {
                Spread<TSimd, TVector>(channel, TSimd.Load(run), TSimd.Load(run + MaxLanes));
            }
        }

        private void Spread<TSimd, TVector>(int channel, TVector meanGradient, TVector product)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            TVector center = TSimd.Load(mean + channel), factor = TSimd.Load(inverse + channel);
            TVector whole = TSimd.Multiply(TSimd.Load(scale + channel), factor);
            float* value = x + channel, gradient = dy + channel, target = dx + channel;
            for (long p = 0; p < pixels; p++, value += channels, gradient += channels, target += channels)
            {
                TVector standard = TSimd.Multiply(TSimd.Subtract(TSimd.Load(value), center), factor);
                TVector rest = TSimd.MultiplyAdd(product, standard, TSimd.Subtract(TSimd.Load(gradient), meanGradient));
                TVector old = add ? TSimd.Load(target) : TSimd.Broadcast(0);
                TSimd.Store(TSimd.MultiplyAdd(whole, rest, old), target);
            }
        }
    }
}
