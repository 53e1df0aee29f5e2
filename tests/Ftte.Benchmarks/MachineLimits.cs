using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Ftte.TinyEngine.Numerics;

namespace Ftte.Benchmarks;

/// <summary>Measures what one core can do at most: multiply-adds in registers, and reading memory.</summary>
internal static unsafe class MachineLimits
{
    private const int Steps = 20_000;
    private const int Rounds = 7;
    private const int MinBytes = 16 * 1024;
    private const int MaxBytes = 64 * 1024 * 1024;
    private static readonly TimeSpan RoundTime = TimeSpan.FromMilliseconds(5);
    private static readonly Dictionary<int, double> Bandwidths = [];

    /// <summary>Gets the number of multiply-adds of <see cref="RunMultiplyAdds"/>.</summary>
    public static double MultiplyAddsPerRun => Steps * 12.0 * (Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4);

    /// <summary>Measures multiply-adds per second: the best of several rounds.</summary>
    public static double MeasureMultiplyAdds() => Best(RunMultiplyAdds, MultiplyAddsPerRun);

    /// <summary>Measures the bytes per second at which memory of a size is read again and again: the bandwidth of the cache level that holds it.</summary>
    /// <param name="bytes">The size, which is rounded up to a power of two from 16 KiB to 64 MiB.</param>
    public static double MeasureBandwidth(long bytes)
    {
        int size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(bytes, MinBytes, MaxBytes));
        if (!Bandwidths.TryGetValue(size, out double bandwidth))
        {
            using var memory = new NativeFloats(size / sizeof(float));
            bandwidth = Best(() => Read(memory.Pointer, size / sizeof(float)), size);
            Bandwidths[size] = bandwidth;
        }

        return bandwidth;
    }

    /// <summary>Twelve chains of multiply-adds that depend on nothing but themselves.</summary>
    public static void RunMultiplyAdds()
    {
        float result = Vector512.IsHardwareAccelerated ? Peak<Simd512, Vector512<float>>()
            : Vector256.IsHardwareAccelerated ? Peak<Simd256, Vector256<float>>()
            : Peak<Simd128, Vector128<float>>();
        if (result == 12345)
        {
            Console.WriteLine();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Peak<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector x = TSimd.Broadcast(0.999f), y = TSimd.Broadcast(0.001f);
        TVector a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int step = 0; step < Steps; step++)
        {
            a = TSimd.MultiplyAdd(a, x, y);
            b = TSimd.MultiplyAdd(b, x, y);
            c = TSimd.MultiplyAdd(c, x, y);
            d = TSimd.MultiplyAdd(d, x, y);
            e = TSimd.MultiplyAdd(e, x, y);
            f = TSimd.MultiplyAdd(f, x, y);
            g = TSimd.MultiplyAdd(g, x, y);
            h = TSimd.MultiplyAdd(h, x, y);
            i = TSimd.MultiplyAdd(i, x, y);
            j = TSimd.MultiplyAdd(j, x, y);
            k = TSimd.MultiplyAdd(k, x, y);
            l = TSimd.MultiplyAdd(l, x, y);
        }

        TVector sum = TSimd.Add(TSimd.Add(TSimd.Add(a, b), TSimd.Add(c, d)), TSimd.Add(TSimd.Add(e, f), TSimd.Add(g, h)));
        sum = TSimd.Add(sum, TSimd.Add(TSimd.Add(i, j), TSimd.Add(k, l)));
        float* lanes = stackalloc float[16];
        TSimd.Store(sum, lanes);
        return lanes[0];
    }

    private static void Read(float* values, int count)
    {
        float sum = Vector512.IsHardwareAccelerated ? Sum<Simd512, Vector512<float>>(values, count)
            : Vector256.IsHardwareAccelerated ? Sum<Simd256, Vector256<float>>(values, count)
            : Sum<Simd128, Vector128<float>>(values, count);
        if (sum == 12345)
        {
            Console.WriteLine();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum<TSimd, TVector>(float* values, int count)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        TVector a = TSimd.Broadcast(0), b = a, c = a, d = a;
        for (int i = 0; i < count; i += 4 * lanes)
        {
            a = TSimd.Add(a, TSimd.Load(values + i));
            b = TSimd.Add(b, TSimd.Load(values + i + lanes));
            c = TSimd.Add(c, TSimd.Load(values + i + (2 * lanes)));
            d = TSimd.Add(d, TSimd.Load(values + i + (3 * lanes)));
        }

        float* sums = stackalloc float[16];
        TSimd.Store(TSimd.Add(TSimd.Add(a, b), TSimd.Add(c, d)), sums);
        return sums[0];
    }

    private static double Best(Action action, double work)
    {
        double best = 0;
        for (int round = 0; round < Rounds; round++)
        {
            int count = 0;
            long start = TimeProvider.System.GetTimestamp();
            TimeSpan elapsed;
            do
            {
                action();
                count++;
                elapsed = TimeProvider.System.GetElapsedTime(start);
            }
            while (elapsed < RoundTime);
            best = Math.Max(best, count * work / elapsed.TotalSeconds);
        }

        return best;
    }
}
