namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes the gradient of a bias: the sum of the output's gradient over all pixels.</summary>
internal static unsafe class BiasGradient
{
    /// <summary>db[c] += the sum over pixels of dy[p, c], one chain for each channel.</summary>
    public static void Run(float* dy, long pixels, int channels, float* db, int first, int last) =>
        ChannelSweep.Run(new FrozenNorm.SumWork(dy, db, pixels, channels), first, last);
}
