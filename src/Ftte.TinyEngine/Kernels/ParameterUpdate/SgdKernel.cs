using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Updates a run of parameters.</summary>
/// <remarks>Every parameter is computed independently. The channel loop is reused: a run is one pixel with as many channels as parameters.</remarks>
internal static unsafe class SgdKernel
{
    /// <summary>w = shrink * w - rate * gradient, rounded once after the first product. If shrink is 1 and the gradient is 0, w keeps its bits.</summary>
    public static void Apply(float* w, float* gradient, int count, float rate, float shrink) =>
        ChannelSweep.Run(new ApplyWork(w, gradient, rate, shrink), 0, count);

    /// <summary>velocity = momentum * velocity + gradient + decay * w; w -= rate * velocity.</summary>
    public static void ApplyMomentum(float* w, float* gradient, float* velocity, int count, float rate, float decay, float momentum) =>
        ChannelSweep.Run(new MomentumWork(w, gradient, velocity, rate, decay, momentum), 0, count);

    /// <summary>gradient = strength * (w - anchor) + gradient, rounded after the difference and once more.</summary>
    public static void AddProximal(float* w, float* anchor, float* gradient, int count, float strength) =>
        ChannelSweep.Run(new ProximalWork(w, anchor, gradient, strength), 0, count);

    /// <summary>Adds squares to a sum, in float64 and in order.</summary>
    public static double SumOfSquares(float* values, int count, double sum = 0)
    {
        for (int i = 0; i < count; i++)
        {
            sum += (double)values[i] * values[i];
        }

        return sum;
    }

    private readonly struct ApplyWork(float* w, float* gradient, float rate, float shrink) : IChannelWork
    {
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            TVector kept = TSimd.Multiply(TSimd.Load(w + channel), TSimd.Broadcast(shrink));
            TSimd.Store(TSimd.MultiplyAdd(TSimd.Broadcast(-rate), TSimd.Load(gradient + channel), kept), w + channel);
        }
    }

    private readonly struct ProximalWork(float* w, float* anchor, float* gradient, float strength) : IChannelWork
    {
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            TVector distance = TSimd.Subtract(TSimd.Load(w + channel), TSimd.Load(anchor + channel));
            TSimd.Store(TSimd.MultiplyAdd(TSimd.Broadcast(strength), distance, TSimd.Load(gradient + channel)), gradient + channel);
        }
    }

    private readonly struct MomentumWork(float* w, float* gradient, float* velocity, float rate, float decay, float momentum) : IChannelWork
    {
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            TVector old = TSimd.Load(w + channel);
            TVector slope = TSimd.MultiplyAdd(TSimd.Broadcast(decay), old, TSimd.Load(gradient + channel));
            TVector speed = TSimd.MultiplyAdd(TSimd.Broadcast(momentum), TSimd.Load(velocity + channel), slope);
            TSimd.Store(speed, velocity + channel);
            TSimd.Store(TSimd.MultiplyAdd(TSimd.Broadcast(-rate), speed, old), w + channel);
        }
    }
}
