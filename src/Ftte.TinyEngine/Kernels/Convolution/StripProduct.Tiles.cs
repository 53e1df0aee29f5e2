using System.Runtime.CompilerServices;
using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Kernels;

/// <content>The register tiles: a block of the gradient stays in registers during the loop over all pixels.</content>
internal static unsafe partial class StripProduct
{
    /// <summary>12 rows of weights times 2 vectors of filters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile12x2<TSimd, TVector>(in Strip strip, float* x, float* dy, float* dw)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        nint row = strip.WeightStride, pixel = strip.InputPixel, gradient = strip.GradientPixel;
        TVector w0x = TSimd.Load(dw);
        TVector w0y = TSimd.Load(dw + lanes);
        TVector w1x = TSimd.Load(dw + (row * 1));
        TVector w1y = TSimd.Load(dw + (row * 1) + lanes);
        TVector w2x = TSimd.Load(dw + (row * 2));
        TVector w2y = TSimd.Load(dw + (row * 2) + lanes);
        TVector w3x = TSimd.Load(dw + (row * 3));
        TVector w3y = TSimd.Load(dw + (row * 3) + lanes);
        TVector w4x = TSimd.Load(dw + (row * 4));
        TVector w4y = TSimd.Load(dw + (row * 4) + lanes);
        TVector w5x = TSimd.Load(dw + (row * 5));
        TVector w5y = TSimd.Load(dw + (row * 5) + lanes);
        TVector w6x = TSimd.Load(dw + (row * 6));
        TVector w6y = TSimd.Load(dw + (row * 6) + lanes);
        TVector w7x = TSimd.Load(dw + (row * 7));
        TVector w7y = TSimd.Load(dw + (row * 7) + lanes);
        TVector w8x = TSimd.Load(dw + (row * 8));
        TVector w8y = TSimd.Load(dw + (row * 8) + lanes);
        TVector w9x = TSimd.Load(dw + (row * 9));
        TVector w9y = TSimd.Load(dw + (row * 9) + lanes);
        TVector w10x = TSimd.Load(dw + (row * 10));
        TVector w10y = TSimd.Load(dw + (row * 10) + lanes);
        TVector w11x = TSimd.Load(dw + (row * 11));
        TVector w11y = TSimd.Load(dw + (row * 11) + lanes);
        for (int example = 0; example < strip.Examples; example++)
        {
            float* xLine = x + (example * strip.InputExample);
            float* dyLine = dy + (example * strip.GradientExample);
            for (int line = 0; line < strip.Lines; line++)
            {
                float* a = xLine;
                float* b = dyLine;
                for (int p = 0; p < strip.Pixels; p++)
                {
                    TVector bx0 = TSimd.Load(b);
                    TVector by0 = TSimd.Load(b + lanes);
                    TVector u0 = TSimd.Broadcast(a[0]);
                    w0x = TSimd.MultiplyAdd(u0, bx0, w0x);
                    w0y = TSimd.MultiplyAdd(u0, by0, w0y);
                    TVector u1 = TSimd.Broadcast(a[1]);
                    w1x = TSimd.MultiplyAdd(u1, bx0, w1x);
                    w1y = TSimd.MultiplyAdd(u1, by0, w1y);
                    TVector u2 = TSimd.Broadcast(a[2]);
                    w2x = TSimd.MultiplyAdd(u2, bx0, w2x);
                    w2y = TSimd.MultiplyAdd(u2, by0, w2y);
                    TVector u3 = TSimd.Broadcast(a[3]);
                    w3x = TSimd.MultiplyAdd(u3, bx0, w3x);
                    w3y = TSimd.MultiplyAdd(u3, by0, w3y);
                    TVector u4 = TSimd.Broadcast(a[4]);
                    w4x = TSimd.MultiplyAdd(u4, bx0, w4x);
                    w4y = TSimd.MultiplyAdd(u4, by0, w4y);
                    TVector u5 = TSimd.Broadcast(a[5]);
                    w5x = TSimd.MultiplyAdd(u5, bx0, w5x);
                    w5y = TSimd.MultiplyAdd(u5, by0, w5y);
                    TVector u6 = TSimd.Broadcast(a[6]);
                    w6x = TSimd.MultiplyAdd(u6, bx0, w6x);
                    w6y = TSimd.MultiplyAdd(u6, by0, w6y);
                    TVector u7 = TSimd.Broadcast(a[7]);
                    w7x = TSimd.MultiplyAdd(u7, bx0, w7x);
                    w7y = TSimd.MultiplyAdd(u7, by0, w7y);
                    TVector u8 = TSimd.Broadcast(a[8]);
                    w8x = TSimd.MultiplyAdd(u8, bx0, w8x);
                    w8y = TSimd.MultiplyAdd(u8, by0, w8y);
                    TVector u9 = TSimd.Broadcast(a[9]);
                    w9x = TSimd.MultiplyAdd(u9, bx0, w9x);
                    w9y = TSimd.MultiplyAdd(u9, by0, w9y);
                    TVector u10 = TSimd.Broadcast(a[10]);
                    w10x = TSimd.MultiplyAdd(u10, bx0, w10x);
                    w10y = TSimd.MultiplyAdd(u10, by0, w10y);
                    TVector u11 = TSimd.Broadcast(a[11]);
                    w11x = TSimd.MultiplyAdd(u11, bx0, w11x);
                    w11y = TSimd.MultiplyAdd(u11, by0, w11y);
                    a += pixel;
                    b += gradient;
                }

                xLine += strip.InputLine;
                dyLine += strip.GradientLine;
            }
        }

        TSimd.Store(w0x, dw);
        TSimd.Store(w0y, dw + lanes);
        TSimd.Store(w1x, dw + (row * 1));
        TSimd.Store(w1y, dw + (row * 1) + lanes);
        TSimd.Store(w2x, dw + (row * 2));
        TSimd.Store(w2y, dw + (row * 2) + lanes);
        TSimd.Store(w3x, dw + (row * 3));
        TSimd.Store(w3y, dw + (row * 3) + lanes);
        TSimd.Store(w4x, dw + (row * 4));
        TSimd.Store(w4y, dw + (row * 4) + lanes);
        TSimd.Store(w5x, dw + (row * 5));
        TSimd.Store(w5y, dw + (row * 5) + lanes);
        TSimd.Store(w6x, dw + (row * 6));
        TSimd.Store(w6y, dw + (row * 6) + lanes);
        TSimd.Store(w7x, dw + (row * 7));
        TSimd.Store(w7y, dw + (row * 7) + lanes);
        TSimd.Store(w8x, dw + (row * 8));
        TSimd.Store(w8y, dw + (row * 8) + lanes);
        TSimd.Store(w9x, dw + (row * 9));
        TSimd.Store(w9y, dw + (row * 9) + lanes);
        TSimd.Store(w10x, dw + (row * 10));
        TSimd.Store(w10y, dw + (row * 10) + lanes);
        TSimd.Store(w11x, dw + (row * 11));
        TSimd.Store(w11y, dw + (row * 11) + lanes);
    }

    /// <summary>8 rows of weights times 2 vectors of filters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8x2<TSimd, TVector>(in Strip strip, float* x, float* dy, float* dw)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        nint row = strip.WeightStride, pixel = strip.InputPixel, gradient = strip.GradientPixel;
        TVector w0x = TSimd.Load(dw);
        TVector w0y = TSimd.Load(dw + lanes);
        TVector w1x = TSimd.Load(dw + (row * 1));
        TVector w1y = TSimd.Load(dw + (row * 1) + lanes);
        TVector w2x = TSimd.Load(dw + (row * 2));
        TVector w2y = TSimd.Load(dw + (row * 2) + lanes);
        TVector w3x = TSimd.Load(dw + (row * 3));
        TVector w3y = TSimd.Load(dw + (row * 3) + lanes);
        TVector w4x = TSimd.Load(dw + (row * 4));
        TVector w4y = TSimd.Load(dw + (row * 4) + lanes);
        TVector w5x = TSimd.Load(dw + (row * 5));
        TVector w5y = TSimd.Load(dw + (row * 5) + lanes);
        TVector w6x = TSimd.Load(dw + (row * 6));
        TVector w6y = TSimd.Load(dw + (row * 6) + lanes);
        TVector w7x = TSimd.Load(dw + (row * 7));
        TVector w7y = TSimd.Load(dw + (row * 7) + lanes);
        for (int example = 0; example < strip.Examples; example++)
        {
            float* xLine = x + (example * strip.InputExample);
            float* dyLine = dy + (example * strip.GradientExample);
            for (int line = 0; line < strip.Lines; line++)
            {
                float* a = xLine;
                float* b = dyLine;
                for (int p = 0; p < strip.Pixels; p++)
                {
                    TVector bx0 = TSimd.Load(b);
                    TVector by0 = TSimd.Load(b + lanes);
                    TVector u0 = TSimd.Broadcast(a[0]);
                    w0x = TSimd.MultiplyAdd(u0, bx0, w0x);
                    w0y = TSimd.MultiplyAdd(u0, by0, w0y);
                    TVector u1 = TSimd.Broadcast(a[1]);
                    w1x = TSimd.MultiplyAdd(u1, bx0, w1x);
                    w1y = TSimd.MultiplyAdd(u1, by0, w1y);
                    TVector u2 = TSimd.Broadcast(a[2]);
                    w2x = TSimd.MultiplyAdd(u2, bx0, w2x);
                    w2y = TSimd.MultiplyAdd(u2, by0, w2y);
                    TVector u3 = TSimd.Broadcast(a[3]);
                    w3x = TSimd.MultiplyAdd(u3, bx0, w3x);
                    w3y = TSimd.MultiplyAdd(u3, by0, w3y);
                    TVector u4 = TSimd.Broadcast(a[4]);
                    w4x = TSimd.MultiplyAdd(u4, bx0, w4x);
                    w4y = TSimd.MultiplyAdd(u4, by0, w4y);
                    TVector u5 = TSimd.Broadcast(a[5]);
                    w5x = TSimd.MultiplyAdd(u5, bx0, w5x);
                    w5y = TSimd.MultiplyAdd(u5, by0, w5y);
                    TVector u6 = TSimd.Broadcast(a[6]);
                    w6x = TSimd.MultiplyAdd(u6, bx0, w6x);
                    w6y = TSimd.MultiplyAdd(u6, by0, w6y);
                    TVector u7 = TSimd.Broadcast(a[7]);
                    w7x = TSimd.MultiplyAdd(u7, bx0, w7x);
                    w7y = TSimd.MultiplyAdd(u7, by0, w7y);
                    a += pixel;
                    b += gradient;
                }

                xLine += strip.InputLine;
                dyLine += strip.GradientLine;
            }
        }

        TSimd.Store(w0x, dw);
        TSimd.Store(w0y, dw + lanes);
        TSimd.Store(w1x, dw + (row * 1));
        TSimd.Store(w1y, dw + (row * 1) + lanes);
        TSimd.Store(w2x, dw + (row * 2));
        TSimd.Store(w2y, dw + (row * 2) + lanes);
        TSimd.Store(w3x, dw + (row * 3));
        TSimd.Store(w3y, dw + (row * 3) + lanes);
        TSimd.Store(w4x, dw + (row * 4));
        TSimd.Store(w4y, dw + (row * 4) + lanes);
        TSimd.Store(w5x, dw + (row * 5));
        TSimd.Store(w5y, dw + (row * 5) + lanes);
        TSimd.Store(w6x, dw + (row * 6));
        TSimd.Store(w6y, dw + (row * 6) + lanes);
        TSimd.Store(w7x, dw + (row * 7));
        TSimd.Store(w7y, dw + (row * 7) + lanes);
    }

    /// <summary>4 rows of weights times 2 vectors of filters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x2<TSimd, TVector>(in Strip strip, float* x, float* dy, float* dw)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        nint row = strip.WeightStride, pixel = strip.InputPixel, gradient = strip.GradientPixel;
        TVector w0x = TSimd.Load(dw);
        TVector w0y = TSimd.Load(dw + lanes);
        TVector w1x = TSimd.Load(dw + (row * 1));
        TVector w1y = TSimd.Load(dw + (row * 1) + lanes);
        TVector w2x = TSimd.Load(dw + (row * 2));
        TVector w2y = TSimd.Load(dw + (row * 2) + lanes);
        TVector w3x = TSimd.Load(dw + (row * 3));
        TVector w3y = TSimd.Load(dw + (row * 3) + lanes);
        for (int example = 0; example < strip.Examples; example++)
        {
            float* xLine = x + (example * strip.InputExample);
            float* dyLine = dy + (example * strip.GradientExample);
            for (int line = 0; line < strip.Lines; line++)
            {
                float* a = xLine;
                float* b = dyLine;
                for (int p = 0; p < strip.Pixels; p++)
                {
                    TVector bx0 = TSimd.Load(b);
                    TVector by0 = TSimd.Load(b + lanes);
                    TVector u0 = TSimd.Broadcast(a[0]);
                    w0x = TSimd.MultiplyAdd(u0, bx0, w0x);
                    w0y = TSimd.MultiplyAdd(u0, by0, w0y);
                    TVector u1 = TSimd.Broadcast(a[1]);
                    w1x = TSimd.MultiplyAdd(u1, bx0, w1x);
                    w1y = TSimd.MultiplyAdd(u1, by0, w1y);
                    TVector u2 = TSimd.Broadcast(a[2]);
                    w2x = TSimd.MultiplyAdd(u2, bx0, w2x);
                    w2y = TSimd.MultiplyAdd(u2, by0, w2y);
                    TVector u3 = TSimd.Broadcast(a[3]);
                    w3x = TSimd.MultiplyAdd(u3, bx0, w3x);
                    w3y = TSimd.MultiplyAdd(u3, by0, w3y);
                    a += pixel;
                    b += gradient;
                }

                xLine += strip.InputLine;
                dyLine += strip.GradientLine;
            }
        }

        TSimd.Store(w0x, dw);
        TSimd.Store(w0y, dw + lanes);
        TSimd.Store(w1x, dw + (row * 1));
        TSimd.Store(w1y, dw + (row * 1) + lanes);
        TSimd.Store(w2x, dw + (row * 2));
        TSimd.Store(w2y, dw + (row * 2) + lanes);
        TSimd.Store(w3x, dw + (row * 3));
        TSimd.Store(w3y, dw + (row * 3) + lanes);
    }

    /// <summary>16 rows of weights times 1 vector of filters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile16x1<TSimd, TVector>(in Strip strip, float* x, float* dy, float* dw)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        nint row = strip.WeightStride, pixel = strip.InputPixel, gradient = strip.GradientPixel;
        TVector w0 = TSimd.Load(dw);
        TVector w1 = TSimd.Load(dw + (row * 1));
        TVector w2 = TSimd.Load(dw + (row * 2));
        TVector w3 = TSimd.Load(dw + (row * 3));
        TVector w4 = TSimd.Load(dw + (row * 4));
        TVector w5 = TSimd.Load(dw + (row * 5));
        TVector w6 = TSimd.Load(dw + (row * 6));
        TVector w7 = TSimd.Load(dw + (row * 7));
        TVector w8 = TSimd.Load(dw + (row * 8));
        TVector w9 = TSimd.Load(dw + (row * 9));
        TVector w10 = TSimd.Load(dw + (row * 10));
        TVector w11 = TSimd.Load(dw + (row * 11));
        TVector w12 = TSimd.Load(dw + (row * 12));
        TVector w13 = TSimd.Load(dw + (row * 13));
        TVector w14 = TSimd.Load(dw + (row * 14));
        TVector w15 = TSimd.Load(dw + (row * 15));
        for (int example = 0; example < strip.Examples; example++)
        {
            float* xLine = x + (example * strip.InputExample);
            float* dyLine = dy + (example * strip.GradientExample);
            for (int line = 0; line < strip.Lines; line++)
            {
                float* a = xLine;
                float* b = dyLine;
                for (int p = 0; p < strip.Pixels; p++)
                {
                    TVector b0 = TSimd.Load(b);
                    TVector u0 = TSimd.Broadcast(a[0]);
                    w0 = TSimd.MultiplyAdd(u0, b0, w0);
                    TVector u1 = TSimd.Broadcast(a[1]);
                    w1 = TSimd.MultiplyAdd(u1, b0, w1);
                    TVector u2 = TSimd.Broadcast(a[2]);
                    w2 = TSimd.MultiplyAdd(u2, b0, w2);
                    TVector u3 = TSimd.Broadcast(a[3]);
                    w3 = TSimd.MultiplyAdd(u3, b0, w3);
                    TVector u4 = TSimd.Broadcast(a[4]);
                    w4 = TSimd.MultiplyAdd(u4, b0, w4);
                    TVector u5 = TSimd.Broadcast(a[5]);
                    w5 = TSimd.MultiplyAdd(u5, b0, w5);
                    TVector u6 = TSimd.Broadcast(a[6]);
                    w6 = TSimd.MultiplyAdd(u6, b0, w6);
                    TVector u7 = TSimd.Broadcast(a[7]);
                    w7 = TSimd.MultiplyAdd(u7, b0, w7);
                    TVector u8 = TSimd.Broadcast(a[8]);
                    w8 = TSimd.MultiplyAdd(u8, b0, w8);
                    TVector u9 = TSimd.Broadcast(a[9]);
                    w9 = TSimd.MultiplyAdd(u9, b0, w9);
                    TVector u10 = TSimd.Broadcast(a[10]);
                    w10 = TSimd.MultiplyAdd(u10, b0, w10);
                    TVector u11 = TSimd.Broadcast(a[11]);
                    w11 = TSimd.MultiplyAdd(u11, b0, w11);
                    TVector u12 = TSimd.Broadcast(a[12]);
                    w12 = TSimd.MultiplyAdd(u12, b0, w12);
                    TVector u13 = TSimd.Broadcast(a[13]);
                    w13 = TSimd.MultiplyAdd(u13, b0, w13);
                    TVector u14 = TSimd.Broadcast(a[14]);
                    w14 = TSimd.MultiplyAdd(u14, b0, w14);
                    TVector u15 = TSimd.Broadcast(a[15]);
                    w15 = TSimd.MultiplyAdd(u15, b0, w15);
                    a += pixel;
                    b += gradient;
                }

                xLine += strip.InputLine;
                dyLine += strip.GradientLine;
            }
        }

        TSimd.Store(w0, dw);
        TSimd.Store(w1, dw + (row * 1));
        TSimd.Store(w2, dw + (row * 2));
        TSimd.Store(w3, dw + (row * 3));
        TSimd.Store(w4, dw + (row * 4));
        TSimd.Store(w5, dw + (row * 5));
        TSimd.Store(w6, dw + (row * 6));
        TSimd.Store(w7, dw + (row * 7));
        TSimd.Store(w8, dw + (row * 8));
        TSimd.Store(w9, dw + (row * 9));
        TSimd.Store(w10, dw + (row * 10));
        TSimd.Store(w11, dw + (row * 11));
        TSimd.Store(w12, dw + (row * 12));
        TSimd.Store(w13, dw + (row * 13));
        TSimd.Store(w14, dw + (row * 14));
        TSimd.Store(w15, dw + (row * 15));
    }

    /// <summary>8 rows of weights times 1 vector of filters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8x1<TSimd, TVector>(in Strip strip, float* x, float* dy, float* dw)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        nint row = strip.WeightStride, pixel = strip.InputPixel, gradient = strip.GradientPixel;
        TVector w0 = TSimd.Load(dw);
        TVector w1 = TSimd.Load(dw + (row * 1));
        TVector w2 = TSimd.Load(dw + (row * 2));
        TVector w3 = TSimd.Load(dw + (row * 3));
        TVector w4 = TSimd.Load(dw + (row * 4));
        TVector w5 = TSimd.Load(dw + (row * 5));
        TVector w6 = TSimd.Load(dw + (row * 6));
        TVector w7 = TSimd.Load(dw + (row * 7));
        for (int example = 0; example < strip.Examples; example++)
        {
            float* xLine = x + (example * strip.InputExample);
            float* dyLine = dy + (example * strip.GradientExample);
            for (int line = 0; line < strip.Lines; line++)
            {
                float* a = xLine;
                float* b = dyLine;
                for (int p = 0; p < strip.Pixels; p++)
                {
                    TVector b0 = TSimd.Load(b);
                    TVector u0 = TSimd.Broadcast(a[0]);
                    w0 = TSimd.MultiplyAdd(u0, b0, w0);
                    TVector u1 = TSimd.Broadcast(a[1]);
                    w1 = TSimd.MultiplyAdd(u1, b0, w1);
                    TVector u2 = TSimd.Broadcast(a[2]);
                    w2 = TSimd.MultiplyAdd(u2, b0, w2);
                    TVector u3 = TSimd.Broadcast(a[3]);
                    w3 = TSimd.MultiplyAdd(u3, b0, w3);
                    TVector u4 = TSimd.Broadcast(a[4]);
                    w4 = TSimd.MultiplyAdd(u4, b0, w4);
                    TVector u5 = TSimd.Broadcast(a[5]);
                    w5 = TSimd.MultiplyAdd(u5, b0, w5);
                    TVector u6 = TSimd.Broadcast(a[6]);
                    w6 = TSimd.MultiplyAdd(u6, b0, w6);
                    TVector u7 = TSimd.Broadcast(a[7]);
                    w7 = TSimd.MultiplyAdd(u7, b0, w7);
                    a += pixel;
                    b += gradient;
                }

                xLine += strip.InputLine;
                dyLine += strip.GradientLine;
            }
        }

        TSimd.Store(w0, dw);
        TSimd.Store(w1, dw + (row * 1));
        TSimd.Store(w2, dw + (row * 2));
        TSimd.Store(w3, dw + (row * 3));
        TSimd.Store(w4, dw + (row * 4));
        TSimd.Store(w5, dw + (row * 5));
        TSimd.Store(w6, dw + (row * 6));
        TSimd.Store(w7, dw + (row * 7));
    }

    /// <summary>4 rows of weights times 1 vector of filters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x1<TSimd, TVector>(in Strip strip, float* x, float* dy, float* dw)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        nint row = strip.WeightStride, pixel = strip.InputPixel, gradient = strip.GradientPixel;
        TVector w0 = TSimd.Load(dw);
        TVector w1 = TSimd.Load(dw + (row * 1));
        TVector w2 = TSimd.Load(dw + (row * 2));
        TVector w3 = TSimd.Load(dw + (row * 3));
        for (int example = 0; example < strip.Examples; example++)
        {
            float* xLine = x + (example * strip.InputExample);
            float* dyLine = dy + (example * strip.GradientExample);
            for (int line = 0; line < strip.Lines; line++)
            {
                float* a = xLine;
                float* b = dyLine;
                for (int p = 0; p < strip.Pixels; p++)
                {
                    TVector b0 = TSimd.Load(b);
                    TVector u0 = TSimd.Broadcast(a[0]);
                    w0 = TSimd.MultiplyAdd(u0, b0, w0);
                    TVector u1 = TSimd.Broadcast(a[1]);
                    w1 = TSimd.MultiplyAdd(u1, b0, w1);
                    TVector u2 = TSimd.Broadcast(a[2]);
                    w2 = TSimd.MultiplyAdd(u2, b0, w2);
                    TVector u3 = TSimd.Broadcast(a[3]);
                    w3 = TSimd.MultiplyAdd(u3, b0, w3);
                    a += pixel;
                    b += gradient;
                }

                xLine += strip.InputLine;
                dyLine += strip.GradientLine;
            }
        }

        TSimd.Store(w0, dw);
        TSimd.Store(w1, dw + (row * 1));
        TSimd.Store(w2, dw + (row * 2));
        TSimd.Store(w3, dw + (row * 3));
    }

    /// <summary>1 row of weights times 2 vectors of filters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1x2<TSimd, TVector>(in Strip strip, float* x, float* dy, float* dw)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        nint row = strip.WeightStride, pixel = strip.InputPixel, gradient = strip.GradientPixel;
        TVector w0x = TSimd.Load(dw);
        TVector w0y = TSimd.Load(dw + lanes);
        for (int example = 0; example < strip.Examples; example++)
        {
            float* xLine = x + (example * strip.InputExample);
            float* dyLine = dy + (example * strip.GradientExample);
            for (int line = 0; line < strip.Lines; line++)
            {
                float* a = xLine;
                float* b = dyLine;
                for (int p = 0; p < strip.Pixels; p++)
                {
                    TVector bx0 = TSimd.Load(b);
                    TVector by0 = TSimd.Load(b + lanes);
                    TVector u0 = TSimd.Broadcast(a[0]);
                    w0x = TSimd.MultiplyAdd(u0, bx0, w0x);
                    w0y = TSimd.MultiplyAdd(u0, by0, w0y);
                    a += pixel;
                    b += gradient;
                }

                xLine += strip.InputLine;
                dyLine += strip.GradientLine;
            }
        }

        TSimd.Store(w0x, dw);
        TSimd.Store(w0y, dw + lanes);
    }

    /// <summary>1 row of weights times 1 vector of filters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1x1<TSimd, TVector>(in Strip strip, float* x, float* dy, float* dw)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        nint row = strip.WeightStride, pixel = strip.InputPixel, gradient = strip.GradientPixel;
        TVector w0 = TSimd.Load(dw);
        for (int example = 0; example < strip.Examples; example++)
        {
            float* xLine = x + (example * strip.InputExample);
            float* dyLine = dy + (example * strip.GradientExample);
            for (int line = 0; line < strip.Lines; line++)
            {
                float* a = xLine;
                float* b = dyLine;
                for (int p = 0; p < strip.Pixels; p++)
                {
                    TVector b0 = TSimd.Load(b);
                    TVector u0 = TSimd.Broadcast(a[0]);
                    w0 = TSimd.MultiplyAdd(u0, b0, w0);
                    a += pixel;
                    b += gradient;
                }

                xLine += strip.InputLine;
                dyLine += strip.GradientLine;
            }
        }

        TSimd.Store(w0, dw);
    }
}
