using System.Runtime.Intrinsics;
using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes the gradient of weights: sums of products of inputs and output gradients over all pixels.</summary>
/// <remarks>
/// dw[k, n] += the sum over examples, lines and pixels of x[pixel, k] * dy[pixel, n]: one chain of fused multiply-adds for each weight, continued from the existing
/// value, so that consecutive micro-batches give the bits of the whole batch. Lanes never interact.
/// </remarks>
internal static unsafe partial class StripProduct
{
    /// <summary>Adds the gradient of a range of rows of weights.</summary>
    /// <param name="strip">The layout of inputs, gradients and weights.</param>
    /// <param name="x">The input of the first row of weights at the first pixel; the input of the next row is the next value.</param>
    /// <param name="dy">The gradient of the first filter at the first pixel.</param>
    /// <param name="dw">The gradient of the weights, added to.</param>
    /// <param name="rows">The number of rows of weights.</param>
    /// <param name="filters">The number of filters.</param>
    public static void Run(in Strip strip, float* x, float* dy, float* dw, int rows, int filters)
    {
        int filter = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            filter = Vectors<Simd512, Vector512<float>>(strip, x, dy, dw, rows, filters, filter);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            filter = Vectors<Simd256, Vector256<float>>(strip, x, dy, dw, rows, filters, filter);
        }

        if (Vector128.IsHardwareAccelerated)
        {
            filter = Vectors<Simd128, Vector128<float>>(strip, x, dy, dw, rows, filters, filter);
        }

        Scalar(strip, x, dy, dw, rows, filters, filter);
    }

    /// <summary>The scalar reference implementation, starting with a filter.</summary>
    internal static void Scalar(in Strip strip, float* x, float* dy, float* dw, int rows, int filters, int first)
    {
        for (int k = 0; k < rows; k++)
        {
            for (int n = first; n < filters; n++)
            {
                float sum = dw[(k * strip.WeightStride) + n];
                for (int example = 0; example < strip.Examples; example++)
                {
                    for (int line = 0; line < strip.Lines; line++)
                    {
                        for (int p = 0; p < strip.Pixels; p++)
                        {
                            float input = x[(example * strip.InputExample) + (line * strip.InputLine) + (p * strip.InputPixel) + k];
                            float gradient = dy[(example * strip.GradientExample) + (line * strip.GradientLine) + (p * strip.GradientPixel) + n];
                            sum = MathF.FusedMultiplyAdd(input, gradient, sum);
                        }
                    }
                }

                dw[(k * strip.WeightStride) + n] = sum;
            }
        }
    }

    /// <summary>Adds the gradient of all filters that fill whole vectors, and returns the first remaining filter.</summary>
    internal static int Vectors<TSimd, TVector>(in Strip strip, float* x, float* dy, float* dw, int rows, int filters, int filter)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        bool isWide = lanes == Simd512.Lanes;
        for (; filter + (2 * lanes) <= filters; filter += 2 * lanes)
        {
            int k = 0;

            // Sixteen rows are two tiles of eight, because one of twelve leaves four, which keep the multiply-add units less busy.
            for (; isWide && rows - k >= 12 && rows - k != 16; k += 12)
            {
                Tile12x2<TSimd, TVector>(strip, x + k, dy + filter, dw + (k * strip.WeightStride) + filter);
            }

            for (; isWide && k + 8 <= rows; k += 8)
            {
                Tile8x2<TSimd, TVector>(strip, x + k, dy + filter, dw + (k * strip.WeightStride) + filter);
            }

            for (; k + 4 <= rows; k += 4)
            {
                Tile4x2<TSimd, TVector>(strip, x + k, dy + filter, dw + (k * strip.WeightStride) + filter);
            }

            for (; k < rows; k++)
            {
                Tile1x2<TSimd, TVector>(strip, x + k, dy + filter, dw + (k * strip.WeightStride) + filter);
            }
        }

        for (; filter + lanes <= filters; filter += lanes)
        {
            int k = 0;
            for (; isWide && k + 16 <= rows; k += 16)
            {
                Tile16x1<TSimd, TVector>(strip, x + k, dy + filter, dw + (k * strip.WeightStride) + filter);
            }

            for (; k + 8 <= rows; k += 8)
            {
                Tile8x1<TSimd, TVector>(strip, x + k, dy + filter, dw + (k * strip.WeightStride) + filter);
            }

            for (; k + 4 <= rows; k += 4)
            {
                Tile4x1<TSimd, TVector>(strip, x + k, dy + filter, dw + (k * strip.WeightStride) + filter);
            }

            for (; k < rows; k++)
            {
                Tile1x1<TSimd, TVector>(strip, x + k, dy + filter, dw + (k * strip.WeightStride) + filter);
            }
        }

        return filter;
    }
}
