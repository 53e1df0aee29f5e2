using Ftte.TinyEngine.Kernels;

namespace Ftte.Benchmarks;

/// <summary>Times matrix products and convolutions against what the machine's multiply-add units can do, in turn, on one thread.</summary>
internal static unsafe class GemmBenchmark
{
    private const int Rounds = 60;

    // Short windows, the fastest of which counts, because other programs may use the processor.
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(3);

    private static readonly (string Name, ConvolutionShape Shape, int Examples)[] Shapes =
    [
        ("gemm 256", new ConvolutionShape(1, 256, 256, 256, 1, 1, 1, 1, 0, 0), 1),
        ("gemm 512", new ConvolutionShape(1, 512, 512, 512, 1, 1, 1, 1, 0, 0), 1),
        ("gemm 1024", new ConvolutionShape(1, 1024, 1024, 1024, 1, 1, 1, 1, 0, 0), 1),
        ("3x3 32x32x3 to 32", Square(32, 3, 32), 2),
        ("3x3 16x16x32 to 64", Square(16, 32, 64), 4),
        ("3x3 8x8x64 to 64", Square(8, 64, 64), 8),
        ("3x3 32x32x3 to 16", Square(32, 3, 16), 2),
        ("3x3 32x32x16 to 16", Square(32, 16, 16), 2),
        ("3x3 16x16x32 to 32", Square(16, 32, 32), 4),
        ("3x3/2 32x32x16 to 32", Square(32, 16, 32) with { StrideX = 2, StrideY = 2 }, 2),
        ("3x3/2 16x16x32 to 64", Square(16, 32, 64) with { StrideX = 2, StrideY = 2 }, 4),
        ("10x4/2 49x10x1 to 64", new ConvolutionShape(49, 10, 1, 64, 10, 4, 2, 2, 5, 1), 4),
        ("1x1 25x5x64 to 64", Point(25, 5, 64, 64), 4),
        ("1x1 32x32x16 to 8", Point(32, 32, 16, 8), 2),
        ("1x1 32x32x8 to 48", Point(32, 32, 8, 48), 2),
        ("1x1 32x32x48 to 8", Point(32, 32, 48, 8), 2),
        ("1x1 16x16x96 to 16", Point(16, 16, 96, 16), 2),
        ("1x1 8x8x144 to 24", Point(8, 8, 144, 24), 4),
        ("1x1 4x4x336 to 112", Point(4, 4, 336, 112), 8),
        ("linear 1024 to 64", ConvolutionShape.Linear(1024, 64), 8),
        ("linear 784 to 512, 1", ConvolutionShape.Linear(784, 512), 1),
        ("linear 784 to 512, 8", ConvolutionShape.Linear(784, 512), 8),
        ("linear 784 to 512, 32", ConvolutionShape.Linear(784, 512), 32),
        ("3x3 16x16x128 to 128", Square(16, 128, 128), 1),
        ("3x3 8x8x256 to 256", Square(8, 256, 256), 1),
        ("3x3 4x4x512 to 512", Square(4, 512, 512), 1),
        ("3x3 32x32x64 to 64, 8", Square(32, 64, 64), 8),
        ("3x3/2 32x32x64 to 128, 8", Square(32, 64, 128) with { StrideX = 2, StrideY = 2 }, 8),
        ("3x3 16x16x128 to 128, 8", Square(16, 128, 128), 8),
        ("3x3 8x8x256 to 256, 8", Square(8, 256, 256), 8),
        ("3x3/2 8x8x256 to 512, 8", Square(8, 256, 512) with { StrideX = 2, StrideY = 2 }, 8),
        ("3x3 4x4x512 to 512, 8", Square(4, 512, 512), 8),
        ("3x3 32x32x16 to 16, 8", Square(32, 16, 16), 8),
        ("3x3 32x32x32 to 32, 8", Square(32, 32, 32), 8),
        ("3x3 16x16x32 to 64, 8", Square(16, 32, 64), 8),
        ("3x3 16x16x64 to 64, 8", Square(16, 64, 64), 8),
        ("3x3 8x8x64 to 128, 8", Square(8, 64, 128), 8),
        ("5x5 14x14x32 to 64, 8", new ConvolutionShape(14, 14, 32, 64, 5, 5, 1, 1, 2, 2), 8),
    ];

    public static int Run(string[] args)
    {
        Arguments arguments = Arguments.Parse(args, "--shapes", "--quick");
        int rounds = arguments.IsQuick ? 1 : Rounds;
        string filter = arguments.Text("--shapes") ?? "";
        Console.WriteLine($"{"",-26} {"peak",6} {"forward",14} {"input gradient",16} {"weight gradient",17}   GFLOP/s and share of the peak");
        foreach ((string name, ConvolutionShape shape, int examples) in Shapes.Where(s => s.Name.Contains(filter, StringComparison.Ordinal)))
        {
            Row row = Measure(shape, examples, rounds);
            Console.WriteLine(
                $"{name,-26} {row.Peak,6:F0} {row.Forward,6:F0} {row.Forward / row.Peak,7:P0} {row.InputGradient,8:F0} {row.InputGradient / row.Peak,7:P0} {row.WeightGradient,9:F0} {row.WeightGradient / row.Peak,7:P0}");
        }

        return 0;
    }

    /// <summary>Gives the slowest of the products of 256, 512 and 1024 cubed, relative to the peak measured with it, and the peak: both in GFLOP/s.</summary>
    /// <param name="isQuick">Whether one round is enough.</param>
    public static (double Gemm, double Peak) Measure(bool isQuick)
    {
        Row[] rows = [.. Shapes.Take(3).Select(s => Measure(s.Shape, s.Examples, isQuick ? 1 : Rounds))];
        Row slowest = rows.MinBy(r => r.Forward / r.Peak)!;
        return (slowest.Forward, slowest.Peak);
    }

    private static Row Measure(in ConvolutionShape s, int examples, int rounds)
    {
        ConvolutionShape shape = s;
        using var x = new NativeFloats((long)examples * s.InputValues);
        using var y = new NativeFloats((long)examples * s.OutputValues);
        using var w = new NativeFloats(s.WeightCount);
        using var dx = new NativeFloats((long)examples * s.InputValues);
        using var dy = new NativeFloats((long)examples * s.OutputValues);
        using var dw = new NativeFloats(s.WeightCount);
        using var packed = new NativeFloats(ConvolutionInputGradient.PackedFloats(s));
        using var scratch = new NativeFloats(Math.Max(
            ConvolutionForward.ScratchFloats(s), Math.Max(ConvolutionInputGradient.ScratchFloats(s), ConvolutionWeightGradient.ScratchFloats(s))));
        double work = 2.0 * examples * s.OutputHeight * s.OutputWidth * s.WeightCount;
        Action[] actions =
        [
            MachineLimits.RunMultiplyAdds,
            () => ConvolutionForward.Run(shape, x.Pointer, w.Pointer, null, y.Pointer, 0, examples * shape.OutputHeight, scratch.Pointer),
            () =>
            {
                ConvolutionInputGradient.Pack(shape, w.Pointer, packed.Pointer, 0, 1);
                ConvolutionInputGradient.Run(shape, dy.Pointer, w.Pointer, packed.Pointer, false, dx.Pointer, 0, examples * shape.Height, scratch.Pointer);
            },
            () => ConvolutionWeightGradient.Run(shape, examples, x.Pointer, dy.Pointer, dw.Pointer, 0, ConvolutionWeightGradient.Parts(shape), scratch.Pointer),
        ];
        double[] works = [2.0 * MachineLimits.MultiplyAddsPerRun, work, work, work];
        var rates = new List<double>[] { [], [], [], [] };
        for (int round = -10; round < rounds; round++)
        {
            for (int i = 0; i < actions.Length; i++)
            {
                double rate = Rate(actions[i], works[i]);
                if (round >= 0)
                {
                    rates[i].Add(rate);
                }
            }
        }

        return new Row(rates[0].Max(), rates[1].Max(), rates[2].Max(), rates[3].Max());
    }

    private static double Rate(Action action, double work)
    {
        int count = 0;
        long start = TimeProvider.System.GetTimestamp();
        TimeSpan elapsed;
        do
        {
            action();
            count++;
            elapsed = TimeProvider.System.GetElapsedTime(start);
        }
        while (elapsed < Window);
        return count * work / elapsed.TotalSeconds / 1e9;
    }

    private static ConvolutionShape Square(int side, int channels, int filters) => new(side, side, channels, filters, 3, 3, 1, 1, 1, 1);

    private static ConvolutionShape Point(int height, int width, int channels, int filters) => new(height, width, channels, filters, 1, 1, 1, 1, 0, 0);

    private sealed record Row(double Peak, double Forward, double InputGradient, double WeightGradient);
}
