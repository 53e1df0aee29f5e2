using System.Runtime.Intrinsics;
using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Applies work to channels, one vector of channels at a time.</summary>
internal static class ChannelSweep
{
    /// <summary>Runs the work for channels [first, last).</summary>
    public static void Run<TWork>(TWork work, int first, int last)
        where TWork : struct, IChannelWork
    {
        if (Vector512.IsHardwareAccelerated)
        {
            for (; first + Simd512.Lanes <= last; first += Simd512.Lanes)
            {
                work.Run<Simd512, Vector512<float>>(first);
            }
        }

        if (Vector256.IsHardwareAccelerated)
        {
            for (; first + Simd256.Lanes <= last; first += Simd256.Lanes)
            {
                work.Run<Simd256, Vector256<float>>(first);
            }
        }

        if (Vector128.IsHardwareAccelerated)
        {
            for (; first + Simd128.Lanes <= last; first += Simd128.Lanes)
            {
                work.Run<Simd128, Vector128<float>>(first);
            }
        }

        Scalar(work, first, last);
    }

    /// <summary>Runs the work one channel at a time.</summary>
    internal static void Scalar<TWork>(TWork work, int first, int last)
        where TWork : struct, IChannelWork
    {
        for (; first < last; first++)
        {
            work.Run<Simd1, float>(first);
        }
    }
}
