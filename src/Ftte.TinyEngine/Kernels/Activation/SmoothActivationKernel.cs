using System.Runtime.CompilerServices;
using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes sigmoid, tanh and h-swish with the same bits on every machine, from additions, products and fused multiply-adds in a fixed order.</summary>
internal static unsafe class SmoothActivationKernel
{
    /// <summary>y = activation(x); y may be x.</summary>
    public static void Forward(SmoothActivationKind kind, float* x, float* y, int count)
    {
        switch (kind)
        {
            case SmoothActivationKind.Sigmoid:
                ChannelSweep.Run(new SigmoidWork(x, y, 1, 0), 0, count);
                break;
            case SmoothActivationKind.Tanh:
                // tanh x = 2 sigmoid(2 x) - 1
                ChannelSweep.Run(new SigmoidWork(x, y, 2, -1), 0, count);
                break;
            default:
                ChannelSweep.Run(new HardSwishWork(x, y), 0, count);
                break;
        }
    }

    /// <summary>dx = dy * derivative, or dx += dy * derivative. The derivative is a function of the output for sigmoid and tanh, of the input for h-swish. dx may be dy.</summary>
    public static void Backward(SmoothActivationKind kind, float* saved, float* dy, float* dx, int count, bool add) =>
        ChannelSweep.Run(new BackwardWork(kind, saved, dy, dx, add), 0, count);

    /// <summary>y = factor / (1 + exp(-factor * x)) + offset.</summary>
    private readonly struct SigmoidWork(float* x, float* y, float factor, float offset) : IChannelWork
    {
        // exp(-30) is far below the rounding error of 1 in float32.
        private const float Limit = 30;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            TVector input = TSimd.Multiply(TSimd.Load(x + channel), TSimd.Broadcast(-factor));
            input = TSimd.Min(TSimd.Max(input, TSimd.Broadcast(-Limit)), TSimd.Broadcast(Limit));
            TVector sum = TSimd.Add(TSimd.Broadcast(1), Exponential<TSimd, TVector>(input));
            TSimd.Store(TSimd.Add(TSimd.Divide(TSimd.Broadcast(factor), sum), TSimd.Broadcast(offset)), y + channel);
        }

        /// <summary>exp x for |x| up to 30: 2^k times a polynomial of the remainder, whose absolute value is at most ln(2) / 2.</summary>
        private static TVector Exponential<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
            const float Magic = 12582912;
            TVector shifted = TSimd.MultiplyAdd(x, TSimd.Broadcast(1.44269504f), TSimd.Broadcast(Magic));
            TVector k = TSimd.Subtract(shifted, TSimd.Broadcast(Magic));
            TVector r = TSimd.MultiplyAdd(k, TSimd.Broadcast(-0.693359375f), x);
            r = TSimd.MultiplyAdd(k, TSimd.Broadcast(2.12194440e-4f), r);
            TVector sum = TSimd.Broadcast(1f / 5040);
            sum = TSimd.MultiplyAdd(sum, r, TSimd.Broadcast(1f / 720));
            sum = TSimd.MultiplyAdd(sum, r, TSimd.Broadcast(1f / 120));
            sum = TSimd.MultiplyAdd(sum, r, TSimd.Broadcast(1f / 24));
            sum = TSimd.MultiplyAdd(sum, r, TSimd.Broadcast(1f / 6));
            sum = TSimd.MultiplyAdd(sum, r, TSimd.Broadcast(0.5f));
            sum = TSimd.MultiplyAdd(sum, r, TSimd.Broadcast(1));
            sum = TSimd.MultiplyAdd(sum, r, TSimd.Broadcast(1));
            return TSimd.Multiply(sum, TSimd.PowerOfTwo(shifted));
        }
    }

    private readonly struct HardSwishWork(float* x, float* y) : IChannelWork
    {
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            TVector input = TSimd.Load(x + channel);
            TVector gate = TSimd.Min(TSimd.Max(TSimd.Add(input, TSimd.Broadcast(3)), TSimd.Broadcast(0)), TSimd.Broadcast(6));
            TSimd.Store(TSimd.Multiply(TSimd.Multiply(input, gate), TSimd.Broadcast(1f / 6)), y + channel);
        }
    }

    private readonly struct BackwardWork(SmoothActivationKind kind, float* saved, float* dy, float* dx, bool add) : IChannelWork
    {
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            TVector value = TSimd.Load(saved + channel), one = TSimd.Broadcast(1);
            TVector slope = kind switch
            {
                SmoothActivationKind.Sigmoid => TSimd.Multiply(value, TSimd.Subtract(one, value)),
                SmoothActivationKind.Tanh => TSimd.Subtract(one, TSimd.Multiply(value, value)),
                _ => TSimd.HardSwishSlope(value),
            };
            TVector old = add ? TSimd.Load(dx + channel) : TSimd.Broadcast(0);
            TSimd.Store(TSimd.MultiplyAdd(slope, TSimd.Load(dy + channel), old), dx + channel);
        }
    }
}
