using System.Runtime.CompilerServices;
using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes the gradient of the input of a depthwise convolution.</summary>
/// <remarks>
/// Each value is one chain of fused multiply-adds, from 0 or from the existing value, over output rows and columns in ascending order; places beyond the output are
/// skipped.
/// </remarks>
internal static unsafe class DepthwiseInputGradient
{
    /// <summary>Computes input rows [firstRow, lastRow), counted through all examples.</summary>
    public static void Run(in ConvolutionShape s, float* dy, float* w, bool add, float* dx, int firstRow, int lastRow) =>
        ChannelSweep.Run(new Work(s, dy, w, add, dx, firstRow, lastRow), 0, s.Channels);

    internal readonly struct Work(ConvolutionShape s, float* dy, float* w, bool add, float* dx, int firstRow, int lastRow) : IChannelWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            nint channels = s.Channels, line = (nint)s.OutputWidth * s.Channels, kernelLine = (nint)s.KernelWidth * s.Channels;
            for (int r = firstRow; r < lastRow; r++)
            {
                (int example, int row) = Math.DivRem(r, s.Height);
                (int top, int bottom) = Outputs(row + s.PaddingY, s.KernelHeight, s.StrideY, s.OutputHeight);
                float* image = dy + ((nint)example * s.OutputValues) + channel;
                float* output = dx + ((nint)r * s.Width * channels) + channel;
                for (int column = 0; column < s.Width; column++, output += channels)
                {
                    (int left, int right) = Outputs(column + s.PaddingX, s.KernelWidth, s.StrideX, s.OutputWidth);
                    TVector sum = add ? TSimd.Load(output) : TSimd.Broadcast(0);
                    for (int outRow = top; outRow <= bottom; outRow++)
                    {
                        float* gradient = image + (outRow * line) + (left * channels);
                        float* weight = w + ((row + s.PaddingY - (outRow * s.StrideY)) * kernelLine) + ((column + s.PaddingX - (left * s.StrideX)) * channels) + channel;
                        for (int outColumn = left; outColumn <= right; outColumn++, gradient += channels, weight -= s.StrideX * channels)
                        {
                            sum = TSimd.MultiplyAdd(TSimd.Load(gradient), TSimd.Load(weight), sum);
                        }
                    }

                    TSimd.Store(sum, output);
                }
            }
        }

        /// <summary>Returns the first and the last output that cover a position, counted from the edge of the padding.</summary>
        private static (int First, int Last) Outputs(int place, int kernel, int stride, int outputs)
        {
            int first = place < kernel ? 0 : ((place - kernel) / stride) + 1;
            return (first, Math.Min(outputs - 1, place / stride));
        }
    }
}
