using System.Runtime.CompilerServices;
using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Kernels;

/// <content>
/// The register tiles. Every vector of a tile stays in its own register while products are accumulated; each input value is broadcast from memory
/// and used for all columns. Eight pixels by two vectors keep two multiply-add units busy and fit the registers of every machine with 32 of them.
/// </content>
internal static unsafe partial class WindowProduct
{
    /// <summary>8 pixels times 2 vectors of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8x2<TSimd, TVector>(in Window window, float* a, float* b, float* c, float* bias, bool add)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        nint pixel = window.InputPixel, stride = window.WeightStride, output = window.OutputPixel;
        TVector c0x, c0y, c1x, c1y, c2x, c2y, c3x, c3y, c4x, c4y, c5x, c5y, c6x, c6y, c7x, c7y;
        if (add)
        {
            c0x = TSimd.Load(c);
            c0y = TSimd.Load(c + lanes);
            c1x = TSimd.Load(c + (output * 1));
            c1y = TSimd.Load(c + (output * 1) + lanes);
            c2x = TSimd.Load(c + (output * 2));
            c2y = TSimd.Load(c + (output * 2) + lanes);
            c3x = TSimd.Load(c + (output * 3));
            c3y = TSimd.Load(c + (output * 3) + lanes);
            c4x = TSimd.Load(c + (output * 4));
            c4y = TSimd.Load(c + (output * 4) + lanes);
            c5x = TSimd.Load(c + (output * 5));
            c5y = TSimd.Load(c + (output * 5) + lanes);
            c6x = TSimd.Load(c + (output * 6));
            c6y = TSimd.Load(c + (output * 6) + lanes);
            c7x = TSimd.Load(c + (output * 7));
            c7y = TSimd.Load(c + (output * 7) + lanes);
        }
        else
        {
            c0x = bias is null ? TSimd.Broadcast(0) : TSimd.Load(bias);
            c0y = bias is null ? TSimd.Broadcast(0) : TSimd.Load(bias + lanes);
            c1x = c0x;
            c1y = c0y;
            c2x = c0x;
            c2y = c0y;
            c3x = c0x;
            c3y = c0y;
            c4x = c0x;
            c4y = c0y;
            c5x = c0x;
            c5y = c0y;
            c6x = c0x;
            c6y = c0y;
            c7x = c0x;
            c7y = c0y;
        }

        for (int segment = 0; segment < window.Segments; segment++)
        {
            float* a0 = a + (segment * window.InputSegment);
            float* a1 = a0 + pixel;
            float* a2 = a1 + pixel;
            float* a3 = a2 + pixel;
            float* a4 = a3 + pixel;
            float* a5 = a4 + pixel;
            float* a6 = a5 + pixel;
            float* a7 = a6 + pixel;
            for (nint k = 0; k < window.Run; k++)
            {
                TVector bx0 = TSimd.Load(b);
                TVector by0 = TSimd.Load(b + lanes);
                TVector u0 = TSimd.Broadcast(a0[k]);
                c0x = TSimd.MultiplyAdd(u0, bx0, c0x);
                c0y = TSimd.MultiplyAdd(u0, by0, c0y);
                TVector u1 = TSimd.Broadcast(a1[k]);
                c1x = TSimd.MultiplyAdd(u1, bx0, c1x);
                c1y = TSimd.MultiplyAdd(u1, by0, c1y);
                TVector u2 = TSimd.Broadcast(a2[k]);
                c2x = TSimd.MultiplyAdd(u2, bx0, c2x);
                c2y = TSimd.MultiplyAdd(u2, by0, c2y);
                TVector u3 = TSimd.Broadcast(a3[k]);
                c3x = TSimd.MultiplyAdd(u3, bx0, c3x);
                c3y = TSimd.MultiplyAdd(u3, by0, c3y);
                TVector u4 = TSimd.Broadcast(a4[k]);
                c4x = TSimd.MultiplyAdd(u4, bx0, c4x);
                c4y = TSimd.MultiplyAdd(u4, by0, c4y);
                TVector u5 = TSimd.Broadcast(a5[k]);
                c5x = TSimd.MultiplyAdd(u5, bx0, c5x);
                c5y = TSimd.MultiplyAdd(u5, by0, c5y);
                TVector u6 = TSimd.Broadcast(a6[k]);
                c6x = TSimd.MultiplyAdd(u6, bx0, c6x);
                c6y = TSimd.MultiplyAdd(u6, by0, c6y);
                TVector u7 = TSimd.Broadcast(a7[k]);
                c7x = TSimd.MultiplyAdd(u7, bx0, c7x);
                c7y = TSimd.MultiplyAdd(u7, by0, c7y);
                b += stride;
            }
        }

        TSimd.Store(c0x, c);
        TSimd.Store(c0y, c + lanes);
        TSimd.Store(c1x, c + (output * 1));
        TSimd.Store(c1y, c + (output * 1) + lanes);
        TSimd.Store(c2x, c + (output * 2));
        TSimd.Store(c2y, c + (output * 2) + lanes);
        TSimd.Store(c3x, c + (output * 3));
        TSimd.Store(c3y, c + (output * 3) + lanes);
        TSimd.Store(c4x, c + (output * 4));
        TSimd.Store(c4y, c + (output * 4) + lanes);
        TSimd.Store(c5x, c + (output * 5));
        TSimd.Store(c5y, c + (output * 5) + lanes);
        TSimd.Store(c6x, c + (output * 6));
        TSimd.Store(c6y, c + (output * 6) + lanes);
        TSimd.Store(c7x, c + (output * 7));
        TSimd.Store(c7y, c + (output * 7) + lanes);
    }

    /// <summary>4 pixels times 2 vectors of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x2<TSimd, TVector>(in Window window, float* a, float* b, float* c, float* bias, bool add)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        nint pixel = window.InputPixel, stride = window.WeightStride, output = window.OutputPixel;
        TVector c0x, c0y, c1x, c1y, c2x, c2y, c3x, c3y;
        if (add)
        {
            c0x = TSimd.Load(c);
            c0y = TSimd.Load(c + lanes);
            c1x = TSimd.Load(c + (output * 1));
            c1y = TSimd.Load(c + (output * 1) + lanes);
            c2x = TSimd.Load(c + (output * 2));
            c2y = TSimd.Load(c + (output * 2) + lanes);
            c3x = TSimd.Load(c + (output * 3));
            c3y = TSimd.Load(c + (output * 3) + lanes);
        }
        else
        {
            c0x = bias is null ? TSimd.Broadcast(0) : TSimd.Load(bias);
            c0y = bias is null ? TSimd.Broadcast(0) : TSimd.Load(bias + lanes);
            c1x = c0x;
            c1y = c0y;
            c2x = c0x;
            c2y = c0y;
            c3x = c0x;
            c3y = c0y;
        }

        for (int segment = 0; segment < window.Segments; segment++)
        {
            float* a0 = a + (segment * window.InputSegment);
            float* a1 = a0 + pixel;
            float* a2 = a1 + pixel;
            float* a3 = a2 + pixel;
            for (nint k = 0; k < window.Run; k++)
            {
                TVector bx0 = TSimd.Load(b);
                TVector by0 = TSimd.Load(b + lanes);
                TVector u0 = TSimd.Broadcast(a0[k]);
                c0x = TSimd.MultiplyAdd(u0, bx0, c0x);
                c0y = TSimd.MultiplyAdd(u0, by0, c0y);
                TVector u1 = TSimd.Broadcast(a1[k]);
                c1x = TSimd.MultiplyAdd(u1, bx0, c1x);
                c1y = TSimd.MultiplyAdd(u1, by0, c1y);
                TVector u2 = TSimd.Broadcast(a2[k]);
                c2x = TSimd.MultiplyAdd(u2, bx0, c2x);
                c2y = TSimd.MultiplyAdd(u2, by0, c2y);
                TVector u3 = TSimd.Broadcast(a3[k]);
                c3x = TSimd.MultiplyAdd(u3, bx0, c3x);
                c3y = TSimd.MultiplyAdd(u3, by0, c3y);
                b += stride;
            }
        }

        TSimd.Store(c0x, c);
        TSimd.Store(c0y, c + lanes);
        TSimd.Store(c1x, c + (output * 1));
        TSimd.Store(c1y, c + (output * 1) + lanes);
        TSimd.Store(c2x, c + (output * 2));
        TSimd.Store(c2y, c + (output * 2) + lanes);
        TSimd.Store(c3x, c + (output * 3));
        TSimd.Store(c3y, c + (output * 3) + lanes);
    }

    /// <summary>16 pixels times 1 vector of columns. Pointers to every fourth pixel suffice, so that all addresses stay in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile16x1<TSimd, TVector>(in Window window, float* a, float* b, float* c, float* bias, bool add)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        nint pixel = window.InputPixel, twice = 2 * pixel, thrice = 3 * pixel, stride = window.WeightStride, output = window.OutputPixel, run = window.Run;
        TVector c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15;
        if (add)
        {
            c0 = TSimd.Load(c);
            c1 = TSimd.Load(c + (output * 1));
            c2 = TSimd.Load(c + (output * 2));
            c3 = TSimd.Load(c + (output * 3));
            c4 = TSimd.Load(c + (output * 4));
            c5 = TSimd.Load(c + (output * 5));
            c6 = TSimd.Load(c + (output * 6));
            c7 = TSimd.Load(c + (output * 7));
            c8 = TSimd.Load(c + (output * 8));
            c9 = TSimd.Load(c + (output * 9));
            c10 = TSimd.Load(c + (output * 10));
            c11 = TSimd.Load(c + (output * 11));
            c12 = TSimd.Load(c + (output * 12));
            c13 = TSimd.Load(c + (output * 13));
            c14 = TSimd.Load(c + (output * 14));
            c15 = TSimd.Load(c + (output * 15));
        }
        else
        {
            c0 = bias is null ? TSimd.Broadcast(0) : TSimd.Load(bias);
            c1 = c0;
            c2 = c0;
            c3 = c0;
            c4 = c0;
            c5 = c0;
            c6 = c0;
            c7 = c0;
            c8 = c0;
            c9 = c0;
            c10 = c0;
            c11 = c0;
            c12 = c0;
            c13 = c0;
            c14 = c0;
            c15 = c0;
        }

        for (int segment = 0; segment < window.Segments; segment++)
        {
            float* a0 = a + (segment * window.InputSegment);
            float* a4 = a0 + (2 * twice);
            float* a8 = a4 + (2 * twice);
            float* a12 = a8 + (2 * twice);
            for (nint k = 0; k < run; k++)
            {
                TVector b0 = TSimd.Load(b);
                TVector u0 = TSimd.Broadcast(*a0);
                c0 = TSimd.MultiplyAdd(u0, b0, c0);
                TVector u1 = TSimd.Broadcast(a0[pixel]);
                c1 = TSimd.MultiplyAdd(u1, b0, c1);
                TVector u2 = TSimd.Broadcast(a0[twice]);
                c2 = TSimd.MultiplyAdd(u2, b0, c2);
                TVector u3 = TSimd.Broadcast(a0[thrice]);
                c3 = TSimd.MultiplyAdd(u3, b0, c3);
                TVector u4 = TSimd.Broadcast(*a4);
                c4 = TSimd.MultiplyAdd(u4, b0, c4);
                TVector u5 = TSimd.Broadcast(a4[pixel]);
                c5 = TSimd.MultiplyAdd(u5, b0, c5);
                TVector u6 = TSimd.Broadcast(a4[twice]);
                c6 = TSimd.MultiplyAdd(u6, b0, c6);
                TVector u7 = TSimd.Broadcast(a4[thrice]);
                c7 = TSimd.MultiplyAdd(u7, b0, c7);
                TVector u8 = TSimd.Broadcast(*a8);
                c8 = TSimd.MultiplyAdd(u8, b0, c8);
                TVector u9 = TSimd.Broadcast(a8[pixel]);
                c9 = TSimd.MultiplyAdd(u9, b0, c9);
                TVector u10 = TSimd.Broadcast(a8[twice]);
                c10 = TSimd.MultiplyAdd(u10, b0, c10);
                TVector u11 = TSimd.Broadcast(a8[thrice]);
                c11 = TSimd.MultiplyAdd(u11, b0, c11);
                TVector u12 = TSimd.Broadcast(*a12);
                c12 = TSimd.MultiplyAdd(u12, b0, c12);
                TVector u13 = TSimd.Broadcast(a12[pixel]);
                c13 = TSimd.MultiplyAdd(u13, b0, c13);
                TVector u14 = TSimd.Broadcast(a12[twice]);
                c14 = TSimd.MultiplyAdd(u14, b0, c14);
                TVector u15 = TSimd.Broadcast(a12[thrice]);
                c15 = TSimd.MultiplyAdd(u15, b0, c15);
                a0++;
                a4++;
                a8++;
                a12++;
                b += stride;
            }
        }

        TSimd.Store(c0, c);
        TSimd.Store(c1, c + (output * 1));
        TSimd.Store(c2, c + (output * 2));
        TSimd.Store(c3, c + (output * 3));
        TSimd.Store(c4, c + (output * 4));
        TSimd.Store(c5, c + (output * 5));
        TSimd.Store(c6, c + (output * 6));
        TSimd.Store(c7, c + (output * 7));
        TSimd.Store(c8, c + (output * 8));
        TSimd.Store(c9, c + (output * 9));
        TSimd.Store(c10, c + (output * 10));
        TSimd.Store(c11, c + (output * 11));
        TSimd.Store(c12, c + (output * 12));
        TSimd.Store(c13, c + (output * 13));
        TSimd.Store(c14, c + (output * 14));
        TSimd.Store(c15, c + (output * 15));
    }

    /// <summary>8 pixels times 1 vector of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8x1<TSimd, TVector>(in Window window, float* a, float* b, float* c, float* bias, bool add)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        nint pixel = window.InputPixel, stride = window.WeightStride, output = window.OutputPixel;
        TVector c0, c1, c2, c3, c4, c5, c6, c7;
        if (add)
        {
            c0 = TSimd.Load(c);
            c1 = TSimd.Load(c + (output * 1));
            c2 = TSimd.Load(c + (output * 2));
            c3 = TSimd.Load(c + (output * 3));
            c4 = TSimd.Load(c + (output * 4));
            c5 = TSimd.Load(c + (output * 5));
            c6 = TSimd.Load(c + (output * 6));
            c7 = TSimd.Load(c + (output * 7));
        }
        else
        {
            c0 = bias is null ? TSimd.Broadcast(0) : TSimd.Load(bias);
            c1 = c0;
            c2 = c0;
            c3 = c0;
            c4 = c0;
            c5 = c0;
            c6 = c0;
            c7 = c0;
        }

        for (int segment = 0; segment < window.Segments; segment++)
        {
            float* a0 = a + (segment * window.InputSegment);
            float* a1 = a0 + pixel;
            float* a2 = a1 + pixel;
            float* a3 = a2 + pixel;
            float* a4 = a3 + pixel;
            float* a5 = a4 + pixel;
            float* a6 = a5 + pixel;
            float* a7 = a6 + pixel;
            for (nint k = 0; k < window.Run; k++)
            {
                TVector b0 = TSimd.Load(b);
                TVector u0 = TSimd.Broadcast(a0[k]);
                c0 = TSimd.MultiplyAdd(u0, b0, c0);
                TVector u1 = TSimd.Broadcast(a1[k]);
                c1 = TSimd.MultiplyAdd(u1, b0, c1);
                TVector u2 = TSimd.Broadcast(a2[k]);
                c2 = TSimd.MultiplyAdd(u2, b0, c2);
                TVector u3 = TSimd.Broadcast(a3[k]);
                c3 = TSimd.MultiplyAdd(u3, b0, c3);
                TVector u4 = TSimd.Broadcast(a4[k]);
                c4 = TSimd.MultiplyAdd(u4, b0, c4);
                TVector u5 = TSimd.Broadcast(a5[k]);
                c5 = TSimd.MultiplyAdd(u5, b0, c5);
                TVector u6 = TSimd.Broadcast(a6[k]);
                c6 = TSimd.MultiplyAdd(u6, b0, c6);
                TVector u7 = TSimd.Broadcast(a7[k]);
                c7 = TSimd.MultiplyAdd(u7, b0, c7);
                b += stride;
            }
        }

        TSimd.Store(c0, c);
        TSimd.Store(c1, c + (output * 1));
        TSimd.Store(c2, c + (output * 2));
        TSimd.Store(c3, c + (output * 3));
        TSimd.Store(c4, c + (output * 4));
        TSimd.Store(c5, c + (output * 5));
        TSimd.Store(c6, c + (output * 6));
        TSimd.Store(c7, c + (output * 7));
    }

    /// <summary>4 pixels times 1 vector of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x1<TSimd, TVector>(in Window window, float* a, float* b, float* c, float* bias, bool add)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        nint pixel = window.InputPixel, stride = window.WeightStride, output = window.OutputPixel;
        TVector c0, c1, c2, c3;
        if (add)
        {
            c0 = TSimd.Load(c);
            c1 = TSimd.Load(c + (output * 1));
            c2 = TSimd.Load(c + (output * 2));
            c3 = TSimd.Load(c + (output * 3));
        }
        else
        {
            c0 = bias is null ? TSimd.Broadcast(0) : TSimd.Load(bias);
            c1 = c0;
            c2 = c0;
            c3 = c0;
        }

        for (int segment = 0; segment < window.Segments; segment++)
        {
            float* a0 = a + (segment * window.InputSegment);
            float* a1 = a0 + pixel;
            float* a2 = a1 + pixel;
            float* a3 = a2 + pixel;
            for (nint k = 0; k < window.Run; k++)
            {
                TVector b0 = TSimd.Load(b);
                TVector u0 = TSimd.Broadcast(a0[k]);
                c0 = TSimd.MultiplyAdd(u0, b0, c0);
                TVector u1 = TSimd.Broadcast(a1[k]);
                c1 = TSimd.MultiplyAdd(u1, b0, c1);
                TVector u2 = TSimd.Broadcast(a2[k]);
                c2 = TSimd.MultiplyAdd(u2, b0, c2);
                TVector u3 = TSimd.Broadcast(a3[k]);
                c3 = TSimd.MultiplyAdd(u3, b0, c3);
                b += stride;
            }
        }

        TSimd.Store(c0, c);
        TSimd.Store(c1, c + (output * 1));
        TSimd.Store(c2, c + (output * 2));
        TSimd.Store(c3, c + (output * 3));
    }

    /// <summary>1 pixel times 8 vectors of columns: whole lines of memory are read, and the chains of sums suffice to hide the latency of a multiply-add.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1x8<TSimd, TVector>(in Window window, float* a, float* b, float* c, float* bias, bool add)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        nint stride = window.WeightStride;
        TVector c0, c1, c2, c3, c4, c5, c6, c7;
        if (add || bias is not null)
        {
            float* start = add ? c : bias;
            c0 = TSimd.Load(start);
            c1 = TSimd.Load(start + (lanes * 1));
            c2 = TSimd.Load(start + (lanes * 2));
            c3 = TSimd.Load(start + (lanes * 3));
            c4 = TSimd.Load(start + (lanes * 4));
            c5 = TSimd.Load(start + (lanes * 5));
            c6 = TSimd.Load(start + (lanes * 6));
            c7 = TSimd.Load(start + (lanes * 7));
        }
        else
        {
            c0 = TSimd.Broadcast(0);
            c1 = c0;
            c2 = c0;
            c3 = c0;
            c4 = c0;
            c5 = c0;
            c6 = c0;
            c7 = c0;
        }

        for (int segment = 0; segment < window.Segments; segment++)
        {
            float* a0 = a + (segment * window.InputSegment);
            for (nint k = 0; k < window.Run; k++)
            {
                TVector u0 = TSimd.Broadcast(a0[k]);
                c0 = TSimd.MultiplyAdd(u0, TSimd.Load(b), c0);
                c1 = TSimd.MultiplyAdd(u0, TSimd.Load(b + (lanes * 1)), c1);
                c2 = TSimd.MultiplyAdd(u0, TSimd.Load(b + (lanes * 2)), c2);
                c3 = TSimd.MultiplyAdd(u0, TSimd.Load(b + (lanes * 3)), c3);
                c4 = TSimd.MultiplyAdd(u0, TSimd.Load(b + (lanes * 4)), c4);
                c5 = TSimd.MultiplyAdd(u0, TSimd.Load(b + (lanes * 5)), c5);
                c6 = TSimd.MultiplyAdd(u0, TSimd.Load(b + (lanes * 6)), c6);
                c7 = TSimd.MultiplyAdd(u0, TSimd.Load(b + (lanes * 7)), c7);
                b += stride;
            }
        }

        TSimd.Store(c0, c);
        TSimd.Store(c1, c + (lanes * 1));
        TSimd.Store(c2, c + (lanes * 2));
        TSimd.Store(c3, c + (lanes * 3));
        TSimd.Store(c4, c + (lanes * 4));
        TSimd.Store(c5, c + (lanes * 5));
        TSimd.Store(c6, c + (lanes * 6));
        TSimd.Store(c7, c + (lanes * 7));
    }

    /// <summary>1 pixel times 2 vectors of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1x2<TSimd, TVector>(in Window window, float* a, float* b, float* c, float* bias, bool add)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        nint pixel = window.InputPixel, stride = window.WeightStride, output = window.OutputPixel;
        TVector c0x, c0y;
        if (add)
        {
            c0x = TSimd.Load(c);
            c0y = TSimd.Load(c + lanes);
        }
        else
        {
            c0x = bias is null ? TSimd.Broadcast(0) : TSimd.Load(bias);
            c0y = bias is null ? TSimd.Broadcast(0) : TSimd.Load(bias + lanes);
        }

        for (int segment = 0; segment < window.Segments; segment++)
        {
            float* a0 = a + (segment * window.InputSegment);
            for (nint k = 0; k < window.Run; k++)
            {
                TVector bx0 = TSimd.Load(b);
                TVector by0 = TSimd.Load(b + lanes);
                TVector u0 = TSimd.Broadcast(a0[k]);
                c0x = TSimd.MultiplyAdd(u0, bx0, c0x);
                c0y = TSimd.MultiplyAdd(u0, by0, c0y);
                b += stride;
            }
        }

        TSimd.Store(c0x, c);
        TSimd.Store(c0y, c + lanes);
    }

    /// <summary>1 pixel times 1 vector of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1x1<TSimd, TVector>(in Window window, float* a, float* b, float* c, float* bias, bool add)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        nint pixel = window.InputPixel, stride = window.WeightStride, output = window.OutputPixel;
        TVector c0;
        if (add)
        {
            c0 = TSimd.Load(c);
        }
        else
        {
            c0 = bias is null ? TSimd.Broadcast(0) : TSimd.Load(bias);
        }

        for (int segment = 0; segment < window.Segments; segment++)
        {
            float* a0 = a + (segment * window.InputSegment);
            for (nint k = 0; k < window.Run; k++)
            {
                TVector b0 = TSimd.Load(b);
                TVector u0 = TSimd.Broadcast(a0[k]);
                c0 = TSimd.MultiplyAdd(u0, b0, c0);
                b += stride;
            }
        }

        TSimd.Store(c0, c);
    }
}
