using System.Runtime.CompilerServices;
using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes normalization with statistics that do not depend on the values: y = factor * x + offset for each channel.</summary>
internal static unsafe class FrozenNorm
{
    /// <summary>Computes the affine form: factor = scale / sqrt(variance + epsilon), offset = shift - mean * factor; and 1 / sqrt(variance + epsilon).</summary>
    public static void Prepare(
        float* scale, float* shift, float* mean, float* variance, double epsilon, int channels, float* factor, float* offset, float* means, float* inverse)
    {
        for (int c = 0; c < channels; c++)
        {
            inverse[c] = (float)(1 / Math.Sqrt(variance[c] + epsilon));
            means[c] = mean[c];
        }

        Prepare(scale, shift, means, inverse, channels, factor, offset);
    }

    /// <summary>Computes the affine form from the inverse deviation.</summary>
    public static void Prepare(float* scale, float* shift, float* mean, float* inverse, int channels, float* factor, float* offset)
    {
        for (int c = 0; c < channels; c++)
        {
            factor[c] = inverse[c] * scale[c];
            offset[c] = MathF.FusedMultiplyAdd(-mean[c], factor[c], shift[c]);
        }
    }

    /// <summary>y = factor * x + offset; y may be x.</summary>
    public static void Forward(float* x, float* factor, float* offset, float* y, long pixels, int channels) =>
        ChannelSweep.Run(new ForwardWork(x, factor, offset, y, pixels, channels), 0, channels);

    /// <summary>dx = factor * dy, or dx += factor * dy; dx may be dy.</summary>
    public static void InputGradient(float* dy, float* factor, float* dx, long pixels, int channels, bool add) =>
        ChannelSweep.Run(new InputGradientWork(dy, factor, dx, pixels, channels, add), 0, channels);

    /// <summary>scaleGradient[c] += the sum of dy * (x - mean) * inverse, shiftGradient[c] += the sum of dy: chains over the pixels. Either may be null.</summary>
    public static void ScaleShiftGradient(
        float* x, float* dy, float* mean, float* inverse, long pixels, int channels, float* scaleGradient, float* shiftGradient, int first, int last)
    {
        if (scaleGradient is not null)
        {
            ChannelSweep.Run(new ScaleGradientWork(x, dy, mean, inverse, scaleGradient, pixels, channels), first, last);
        }

        if (shiftGradient is not null)
        {
            ChannelSweep.Run(new SumWork(dy, shiftGradient, pixels, channels), first, last);
        }
    }

    internal readonly struct ForwardWork(float* x, float* factor, float* offset, float* y, long pixels, int channels) : IChannelWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            TVector a = TSimd.Load(factor + channel), b = TSimd.Load(offset + channel);
            float* from = x + channel, to = y + channel;
            for (long p = 0; p < pixels; p++, from += channels, to += channels)
            {
                TSimd.Store(TSimd.MultiplyAdd(TSimd.Load(from), a, b), to);
            }
        }
    }

    internal readonly struct InputGradientWork(float* dy, float* factor, float* dx, long pixels, int channels, bool add) : IChannelWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            TVector a = TSimd.Load(factor + channel);
            float* from = dy + channel, to = dx + channel;
            for (long p = 0; p < pixels; p++, from += channels, to += channels)
            {
                TVector old = add ? TSimd.Load(to) : TSimd.Broadcast(0);
                TSimd.Store(TSimd.MultiplyAdd(TSimd.Load(from), a, old), to);
            }
        }
    }

    internal readonly struct ScaleGradientWork(float* x, float* dy, float* mean, float* inverse, float* sum, long pixels, int channels) : IChannelWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            TVector m = TSimd.Load(mean + channel), i = TSimd.Load(inverse + channel), total = TSimd.Load(sum + channel);
            float* input = x + channel, gradient = dy + channel;
            for (long p = 0; p < pixels; p++, input += channels, gradient += channels)
            {
                total = TSimd.MultiplyAdd(TSimd.Multiply(TSimd.Subtract(TSimd.Load(input), m), i), TSimd.Load(gradient), total);
            }

            TSimd.Store(total, sum + channel);
        }
    }

    internal readonly struct SumWork(float* values, float* sum, long pixels, int channels) : IChannelWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            TVector total = TSimd.Load(sum + channel);
            float* value = values + channel;
            for (long p = 0; p < pixels; p++, value += channels)
            {
                total = TSimd.Add(total, TSimd.Load(value));
            }

            TSimd.Store(total, sum + channel);
        }
    }
}
