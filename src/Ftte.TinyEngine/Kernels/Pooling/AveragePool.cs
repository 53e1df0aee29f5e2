using System.Runtime.CompilerServices;
using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes the mean over windows; padding counts as zeros.</summary>
internal static unsafe class AveragePool
{
    /// <summary>Computes output rows [firstRow, lastRow), counted through all examples.</summary>
    public static void Forward(in PoolingShape s, float* x, float* y, int firstRow, int lastRow) =>
        ChannelSweep.Run(new ForwardWork(s, x, y, firstRow, lastRow), 0, s.Channels);

    /// <summary>Adds the share of the output's gradient at every position of its window, for examples [first, last).</summary>
    public static void Backward(in PoolingShape s, float* dy, float* dx, bool add, int first, int last)
    {
        for (int example = first; example < last && !add; example++)
        {
            new Span<float>(dx + ((nint)example * s.InputValues), s.InputValues).Clear();
        }

        ChannelSweep.Run(new BackwardWork(s, dy, dx, first * s.OutputHeight, last * s.OutputHeight), 0, s.Channels);
    }

    private readonly struct ForwardWork(PoolingShape s, float* x, float* y, int firstRow, int lastRow) : IChannelWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            TVector share = TSimd.Broadcast(1f / (s.KernelHeight * s.KernelWidth));
            for (int r = firstRow; r < lastRow; r++)
            {
                (int example, int row) = Math.DivRem(r, s.OutputHeight);
                float* image = x + ((nint)example * s.InputValues) + channel;
                for (int column = 0; column < s.OutputWidth; column++)
                {
                    (int top, int left, int firstLine, int lastLine, int from, int to) = s.Window(row, column);
                    TVector sum = TSimd.Broadcast(0);
                    for (int i = firstLine; i < lastLine; i++)
                    {
                        for (int j = from; j < to; j++)
                        {
                            sum = TSimd.Add(sum, TSimd.Load(image + (((((nint)top + i) * s.Width) + left + j) * s.Channels)));
                        }
                    }

                    TSimd.Store(TSimd.Multiply(sum, share), y + ((((nint)r * s.OutputWidth) + column) * s.Channels) + channel);
                }
            }
        }
    }

    private readonly struct BackwardWork(PoolingShape s, float* dy, float* dx, int firstRow, int lastRow) : IChannelWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            TVector share = TSimd.Broadcast(1f / (s.KernelHeight * s.KernelWidth));
            for (int r = firstRow; r < lastRow; r++)
            {
                (int example, int row) = Math.DivRem(r, s.OutputHeight);
                float* image = dx + ((nint)example * s.InputValues) + channel;
                for (int column = 0; column < s.OutputWidth; column++)
                {
                    (int top, int left, int firstLine, int lastLine, int from, int to) = s.Window(row, column);
                    TVector gradient = TSimd.Load(dy + ((((nint)r * s.OutputWidth) + column) * s.Channels) + channel);
                    for (int i = firstLine; i < lastLine; i++)
                    {
                        for (int j = from; j < to; j++)
                        {
                            float* place = image + (((((nint)top + i) * s.Width) + left + j) * s.Channels);
                            TSimd.Store(TSimd.MultiplyAdd(gradient, share, TSimd.Load(place)), place);
                        }
                    }
                }
            }
        }
    }
}
