using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes adaptive gradient clipping (Brock et al., ICML 2021): limits the norm of a unit's gradient to a multiple of the norm of its weights.</summary>
/// <remarks>Every column is computed independently and row by row, so all vector widths, thread counts and divisions into tiles give the same bits.</remarks>
internal static unsafe class UnitClip
{
    /// <summary>The number of columns that are clipped together.</summary>
    public const int Width = 64;

    /// <summary>The minimum norm that is assumed for a unit's weights, so that units at zero can move; He initialization gives a norm of 1.4.</summary>
    private const float MinUnitNorm = 0.1f;

    /// <summary>The minimum root mean square that is assumed for a vector of biases, scales or shifts: the scale of normalized activations.</summary>
    private const double MinVectorScale = 1;

    /// <summary>sums += values * values.</summary>
    public static void AddSquares(float* values, float* sums, int count) => ChannelSweep.Run(new SquareWork(values, sums), 0, count);

    /// <summary>values *= factors.</summary>
    public static void Multiply(float* values, float* factors, int count) => ChannelSweep.Run(new MultiplyWork(values, factors), 0, count);

    /// <summary>Replaces the sums of squared gradients with the factors that clip the gradients.</summary>
    public static void Factors(float* gradientSquares, float* weightSquares, int count, float ratio)
    {
        for (int i = 0; i < count; i++)
        {
            float limit = ratio * MathF.Max(MathF.Sqrt(weightSquares[i]), MinUnitNorm), norm = MathF.Sqrt(gradientSquares[i]);
            gradientSquares[i] = norm > limit ? limit / norm : 1;
        }
    }

    /// <summary>Computes the factor that clips a whole vector.</summary>
    public static float FactorOfVector(double gradientSquares, double weightSquares, int count, float ratio)
    {
        double limit = ratio * Math.Sqrt(Math.Max(weightSquares, MinVectorScale * MinVectorScale * count)), norm = Math.Sqrt(gradientSquares);
        return norm > limit ? (float)(limit / norm) : 1;
    }

    private readonly struct SquareWork(float* values, float* sums) : IChannelWork
    {
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            TVector value = TSimd.Load(values + channel);
            TSimd.Store(TSimd.MultiplyAdd(value, value, TSimd.Load(sums + channel)), sums + channel);
        }
    }

    private readonly struct MultiplyWork(float* values, float* factors) : IChannelWork
    {
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct =>
            TSimd.Store(TSimd.Multiply(TSimd.Load(values + channel), TSimd.Load(factors + channel)), values + channel);
    }
}
