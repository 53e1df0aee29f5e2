using System.Runtime.CompilerServices;
using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes the output of a depthwise convolution.</summary>
/// <remarks>Each output is one chain of fused multiply-adds, from the bias over kernel rows and columns in ascending order; padding is skipped.</remarks>
internal static unsafe class DepthwiseForward
{
    /// <summary>Computes output rows [firstRow, lastRow), counted through all examples.</summary>
    public static void Run(in ConvolutionShape s, float* x, float* w, float* bias, float* y, int firstRow, int lastRow) =>
        ChannelSweep.Run(new Work(s, x, w, bias, y, firstRow, lastRow), 0, s.Channels);

    internal readonly struct Work(ConvolutionShape s, float* x, float* w, float* bias, float* y, int firstRow, int lastRow) : IChannelWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            TVector start = bias is null ? TSimd.Broadcast(0) : TSimd.Load(bias + channel);
            nint channels = s.Channels, line = (nint)s.Width * s.Channels;
            for (int r = firstRow; r < lastRow; r++)
            {
                (int example, int row) = Math.DivRem(r, s.OutputHeight);
                int top = (row * s.StrideY) - s.PaddingY;
                int firstTap = Math.Max(0, -top), lastTap = Math.Min(s.KernelHeight, s.Height - top);
                float* image = x + ((nint)example * s.InputValues) + channel;
                float* output = y + ((nint)r * s.OutputWidth * channels) + channel;
                for (int column = 0; column < s.OutputWidth; column++, output += channels)
                {
                    int left = (column * s.StrideX) - s.PaddingX;
                    int from = Math.Max(0, -left), to = Math.Min(s.KernelWidth, s.Width - left);
                    TVector sum = start;
                    for (int i = firstTap; i < lastTap; i++)
                    {
                        float* input = image + ((top + i) * line) + ((left + from) * channels);
                        float* weight = w + ((((nint)i * s.KernelWidth) + from) * channels) + channel;
                        for (int j = from; j < to; j++, input += channels, weight += channels)
                        {
                            sum = TSimd.MultiplyAdd(TSimd.Load(input), TSimd.Load(weight), sum);
                        }
                    }

                    TSimd.Store(sum, output);
                }
            }
        }
    }
}
