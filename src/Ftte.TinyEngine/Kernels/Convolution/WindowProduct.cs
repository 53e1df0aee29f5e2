using System.Runtime.Intrinsics;
using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes sums of products of inputs and weights for a row of output pixels: the inner kernel of convolutions and linear layers.</summary>
/// <remarks>
/// <para>c[p, n] = bias[n], or 0, or c[p, n], + the sum over segments s and indices k of a[s, p, k] * b[s * run + k, n]: one chain of fused multiply-adds for each output,
/// in ascending order. Lanes never interact, so every vector width gives the same bits.</para>
/// <para>With channels innermost, the inputs that a kernel row covers are contiguous and overlap with those of the next pixel. Therefore no patch is
/// copied: the inputs of a pixel are read in place, and only rows are padded.</para>
/// </remarks>
internal static unsafe partial class WindowProduct
{
    /// <summary>Computes a range of pixels.</summary>
    /// <param name="window">The layout of inputs, weights and outputs.</param>
    /// <param name="a">The first pixel's inputs.</param>
    /// <param name="b">Weights: segments x run rows of at least <paramref name="columns"/> values.</param>
    /// <param name="bias">The initial value of each column; null for 0.</param>
    /// <param name="c">The outputs.</param>
    /// <param name="pixels">The number of pixels.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="add">True to start with the existing values of <paramref name="c"/>.</param>
    public static void Run(in Window window, float* a, float* b, float* bias, float* c, int pixels, int columns, bool add)
    {
        int column = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            column = Vectors<Simd512, Vector512<float>>(window, a, b, bias, c, pixels, columns, column, add);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            column = Vectors<Simd256, Vector256<float>>(window, a, b, bias, c, pixels, columns, column, add);
        }

        if (Vector128.IsHardwareAccelerated)
        {
            column = Vectors<Simd128, Vector128<float>>(window, a, b, bias, c, pixels, columns, column, add);
        }

        Scalar(window, a, b, bias, c, pixels, columns, column, add);
    }

    /// <summary>The scalar reference implementation, starting with a column.</summary>
    internal static void Scalar(in Window window, float* a, float* b, float* bias, float* c, int pixels, int columns, int first, bool add)
    {
        for (int p = 0; p < pixels; p++)
        {
            for (int n = first; n < columns; n++)
            {
                float* output = c + (p * window.OutputPixel) + n;
                float sum = add ? *output : bias is null ? 0 : bias[n];
                for (int s = 0; s < window.Segments; s++)
                {
                    for (int k = 0; k < window.Run; k++)
                    {
                        float input = a[(s * window.InputSegment) + (p * window.InputPixel) + k];
                        sum = MathF.FusedMultiplyAdd(input, b[(((nint)s * window.Run) + k) * window.WeightStride + n], sum);
                    }
                }

                *output = sum;
            }
        }
    }

    /// <summary>Computes all columns that fill whole vectors, and returns the first remaining column.</summary>
    internal static int Vectors<TSimd, TVector>(
        in Window window, float* a, float* b, float* bias, float* c, int pixels, int columns, int column, bool add)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;

        // Machines with narrow registers also have only sixteen of them, which hold four pixels by two vectors.
        bool isWide = lanes == Simd512.Lanes;
        for (; pixels == 1 && column + (8 * lanes) <= columns; column += 8 * lanes)
        {
            Tile1x8<TSimd, TVector>(window, a, b + column, c + column, bias is null ? null : bias + column, add);
        }

        for (; column + (2 * lanes) <= columns; column += 2 * lanes)
        {
            float* start = bias is null ? null : bias + column;
            int p = 0;
            for (; isWide && p + 8 <= pixels; p += 8)
            {
                Tile8x2<TSimd, TVector>(window, a + (p * window.InputPixel), b + column, c + (p * window.OutputPixel) + column, start, add);
            }

            for (; p + 4 <= pixels; p += 4)
            {
                Tile4x2<TSimd, TVector>(window, a + (p * window.InputPixel), b + column, c + (p * window.OutputPixel) + column, start, add);
            }

            for (; p < pixels; p++)
            {
                Tile1x2<TSimd, TVector>(window, a + (p * window.InputPixel), b + column, c + (p * window.OutputPixel) + column, start, add);
            }
        }

        for (; column + lanes <= columns; column += lanes)
        {
            float* start = bias is null ? null : bias + column;
            int p = 0;
            for (; isWide && p + 16 <= pixels; p += 16)
            {
                Tile16x1<TSimd, TVector>(window, a + (p * window.InputPixel), b + column, c + (p * window.OutputPixel) + column, start, add);
            }

            for (; p + 8 <= pixels; p += 8)
            {
                Tile8x1<TSimd, TVector>(window, a + (p * window.InputPixel), b + column, c + (p * window.OutputPixel) + column, start, add);
            }

            for (; p + 4 <= pixels; p += 4)
            {
                Tile4x1<TSimd, TVector>(window, a + (p * window.InputPixel), b + column, c + (p * window.OutputPixel) + column, start, add);
            }

            for (; p < pixels; p++)
            {
                Tile1x1<TSimd, TVector>(window, a + (p * window.InputPixel), b + column, c + (p * window.OutputPixel) + column, start, add);
            }
        }

        return column;
    }
}
