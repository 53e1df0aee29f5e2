using BenchmarkDotNet.Attributes;
using Ftte.TinyEngine.Kernels;

namespace Ftte.Benchmarks.Micro;

/// <summary>The forward convolution of a 3 x 3 layer against plain loops.</summary>
public unsafe class ConvolutionBenchmarks : IDisposable
{
    private const int Side = 16, Channels = 32, Filters = 32, Kernel = 3;
    private static readonly ConvolutionShape Shape = new(Side, Side, Channels, Filters, Kernel, Kernel, 1, 1, 1, 1);

    private readonly NativeFloats _x = new(Shape.InputValues);
    private readonly NativeFloats _y = new(Shape.OutputValues);
    private readonly NativeFloats _w = new(Shape.WeightCount);
    private readonly NativeFloats _scratch = new(ConvolutionForward.ScratchFloats(Shape));

    [Benchmark(Baseline = true)]
    public void ForwardScalar()
    {
        for (int row = 0; row < Side; row++)
        {
            for (int column = 0; column < Side; column++)
            {
                for (int filter = 0; filter < Filters; filter++)
                {
                    _y.Pointer[(((row * Side) + column) * Filters) + filter] = At(row, column, filter);
                }
            }
        }
    }

    [Benchmark]
    public void Forward() => ConvolutionForward.Run(Shape, _x.Pointer, _w.Pointer, null, _y.Pointer, 0, Side, _scratch.Pointer);

    /// <inheritdoc/>
    public void Dispose()
    {
        _x.Dispose();
        _y.Dispose();
        _w.Dispose();
        _scratch.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Computes one output value: the image has channels last, and weights are ordered by place, channel and filter.</summary>
    private float At(int row, int column, int filter)
    {
        float sum = 0;
        for (int dy = 0; dy < Kernel; dy++)
        {
            for (int dx = 0; dx < Kernel; dx++)
            {
                int y = row + dy - 1, x = column + dx - 1;
                for (int channel = 0; channel < Channels && y is >= 0 and < Side && x is >= 0 and < Side; channel++)
                {
                    sum += _x.Pointer[(((y * Side) + x) * Channels) + channel] * _w.Pointer[(((((dy * Kernel) + dx) * Channels) + channel) * Filters) + filter];
                }
            }
        }

        return sum;
    }
}
