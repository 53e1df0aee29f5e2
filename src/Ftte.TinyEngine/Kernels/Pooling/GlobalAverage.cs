using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes the mean over the whole image.</summary>
internal static unsafe class GlobalAverage
{
    /// <summary>y[n, c] = the mean over pixels of x[n, p, c], one chain, for examples [first, last).</summary>
    public static void Forward(float* x, float* y, int pixels, int channels, int first, int last)
    {
        for (int n = first; n < last; n++)
        {
            float* mean = y + ((nint)n * channels);
            new Span<float>(mean, channels).Clear();
            BiasGradient.Run(x + ((nint)n * pixels * channels), pixels, channels, mean, 0, channels);
            Elementwise.Scale(mean, 1f / pixels, channels);
        }
    }

    /// <summary>dx[n, p, c] = dy[n, c] / pixels, or dx += dy / pixels, for examples [first, last).</summary>
    public static void Backward(float* dy, float* dx, int pixels, int channels, bool add, int first, int last) =>
        ChannelSweep.Run(new BackwardWork(dy, dx, pixels, channels, add, first, last), 0, channels);

    private readonly struct BackwardWork(float* dy, float* dx, int pixels, int channels, bool add, int first, int last) : IChannelWork
    {
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            for (int n = first; n < last; n++)
            {
                TVector gradient = TSimd.Multiply(TSimd.Load(dy + ((nint)n * channels) + channel), TSimd.Broadcast(1f / pixels));
                float* place = dx + ((nint)n * pixels * channels) + channel;
                for (int p = 0; p < pixels; p++, place += channels)
                {
                    TSimd.Store(add ? TSimd.Add(TSimd.Load(place), gradient) : gradient, place);
                }
            }
        }
    }
}
