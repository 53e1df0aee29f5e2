using System.Runtime.CompilerServices;
using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes the gradient of the weights of a depthwise convolution.</summary>
/// <remarks>
/// Each weight is one chain of fused multiply-adds, continued from the existing value, over examples, output rows and columns in ascending order;
/// padding is skipped.
/// </remarks>
internal static unsafe class DepthwiseWeightGradient
{
    /// <summary>Adds the gradient of channels [firstChannel, lastChannel).</summary>
    /// <param name="s">The sizes.</param>
    /// <param name="examples">The number of examples.</param>
    /// <param name="x">The input of a range of channels.</param>
    /// <param name="xChannels">The number of channels of <paramref name="x"/>.</param>
    /// <param name="xFirstChannel">The first channel of <paramref name="x"/>.</param>
    /// <param name="dy">The gradient of the output, of all channels.</param>
    /// <param name="dw">The gradient of the weights, of all channels.</param>
    /// <param name="firstChannel">The first channel.</param>
    /// <param name="lastChannel">The channel after the last.</param>
    public static void Run(
        in ConvolutionShape s, int examples, float* x, int xChannels, int xFirstChannel, float* dy, float* dw, int firstChannel, int lastChannel) =>
        ChannelSweep.Run(new Work(s, examples, x, xChannels, xFirstChannel, dy, dw), firstChannel, lastChannel);

    internal readonly struct Work(ConvolutionShape s, int examples, float* x, int xChannels, int xFirstChannel, float* dy, float* dw) : IChannelWork
    {
        public void Run<TSimd, TVector>(int channel)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            for (int i = 0; i < s.KernelHeight; i++)
            {
                int j = 0;
                for (; j + 3 <= s.KernelWidth; j += 3)
                {
                    Three<TSimd, TVector>(channel, i, j);
                }

                for (; j < s.KernelWidth; j++)
                {
                    One<TSimd, TVector>(channel, i, j);
                }
            }
        }

        /// <summary>Processes three kernel columns at once: a gradient is loaded once for all three, and three independent chains hide latency.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Three<TSimd, TVector>(int channel, int i, int j)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            nint channels = s.Channels, xStep = s.StrideX * (nint)xChannels;
            (int left0, int right0) = Seen(j);
            (int left1, int right1) = Seen(j + 1);
            (int left2, int right2) = Seen(j + 2);

            // Between these bounds, all three columns cover the image.
            int inner = Math.Max(left0, Math.Max(left1, left2)), outer = Math.Min(right0, Math.Min(right1, right2));
            float* target = dw + (((nint)i * s.KernelWidth) + j) * channels + channel;
            TVector a = TSimd.Load(target), b = TSimd.Load(target + channels), c = TSimd.Load(target + (2 * channels));
            for (int example = 0; example < examples; example++)
            {
                for (int row = 0; row < s.OutputHeight; row++)
                {
                    int inRow = (row * s.StrideY) + i - s.PaddingY;
                    if (inRow < 0 || inRow >= s.Height)
                    {
                        continue;
                    }

                    float* gradient = dy + ((((nint)example * s.OutputHeight) + row) * s.OutputWidth * channels) + channel;
                    float* input = x + ((((((nint)example * s.Height) + inRow) * s.Width) + j - s.PaddingX) * xChannels) + (channel - xFirstChannel);
                    for (int column = 0; column < s.OutputWidth; column++, gradient += channels, input += xStep)
                    {
                        TVector g = TSimd.Load(gradient);
                        if (column >= inner && column <= outer)
                        {
                            a = TSimd.MultiplyAdd(TSimd.Load(input), g, a);
                            b = TSimd.MultiplyAdd(TSimd.Load(input + xChannels), g, b);
                            c = TSimd.MultiplyAdd(TSimd.Load(input + (2 * (nint)xChannels)), g, c);
                            continue;
                        }

                        a = column >= left0 && column <= right0 ? TSimd.MultiplyAdd(TSimd.Load(input), g, a) : a;
                        b = column >= left1 && column <= right1 ? TSimd.MultiplyAdd(TSimd.Load(input + xChannels), g, b) : b;
                        c = column >= left2 && column <= right2 ? TSimd.MultiplyAdd(TSimd.Load(input + (2 * (nint)xChannels)), g, c) : c;
                    }
                }
            }

            TSimd.Store(a, target);
            TSimd.Store(b, target + channels);
            TSimd.Store(c, target + (2 * channels));
        }

        private void One<TSimd, TVector>(int channel, int i, int j)
            where TSimd : struct, ISimd<TVector>
            where TVector : struct
        {
            nint channels = s.Channels;
            (int left, int right) = Seen(j);
            float* target = dw + (((nint)i * s.KernelWidth) + j) * channels + channel;
            TVector sum = TSimd.Load(target);
            for (int example = 0; example < examples; example++)
            {
                for (int row = 0; row < s.OutputHeight; row++)
                {
                    int inRow = (row * s.StrideY) + i - s.PaddingY;
                    for (int column = left; column <= right && inRow >= 0 && inRow < s.Height; column++)
                    {
                        nint outPixel = (((nint)example * s.OutputHeight) + row) * s.OutputWidth + column;
                        nint inPixel = (((nint)example * s.Height) + inRow) * s.Width + (column * s.StrideX) + j - s.PaddingX;
                        TVector input = TSimd.Load(x + (inPixel * xChannels) + (channel - xFirstChannel));
                        sum = TSimd.MultiplyAdd(input, TSimd.Load(dy + (outPixel * channels) + channel), sum);
                    }
                }
            }

            TSimd.Store(sum, target);
        }

        /// <summary>Returns the first and last output column for which a kernel column covers the image.</summary>
        private (int First, int Last) Seen(int j)
        {
            int first = Math.Max(0, (s.PaddingX - j + s.StrideX - 1) / s.StrideX);
            int reach = s.Width - 1 + s.PaddingX - j;
            return (first, reach < 0 ? -1 : Math.Min(s.OutputWidth - 1, reach / s.StrideX));
        }
    }
}
