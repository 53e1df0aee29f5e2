using System.Runtime.InteropServices;
using CsCheck;
using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine.Tests.Kernels;

/// <summary>The fast kernels against their twins, bit by bit, with guarded memory on both sides of everything that is written.</summary>
public class ConvolutionKernelTests
{
    private static readonly Gen<(ConvolutionShape Shape, int Examples, int Workers)> Shapes =
        from height in Gen.Int[1, 9]
        from width in Gen.Int[1, 11]
        from groups in Gen.OneOf(Gen.Const(1), Gen.Const(1), Gen.Int[2, 3])
        from channels in Gen.Int[0, 7].Select(i => ((int[])[1, 2, 3, 4, 8, 10, 17, 40])[i])
        from filters in Gen.Int[0, 9].Select(i => ((int[])[1, 3, 4, 8, 12, 16, 17, 24, 35, 48])[i])
        from kernel in Gen.Select(Gen.Int[1, 4], Gen.Int[1, 5])
        from stride in Gen.Select(Gen.Int[1, 3], Gen.Int[1, 3])
        from padding in Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3])
        from examples in Gen.Int[1, 3]
        from workers in Gen.Int[1, 3]
        let shape = new ConvolutionShape(
            height, width, channels * groups, filters * groups, kernel.Item1, kernel.Item2, stride.Item1, stride.Item2, padding.Item1, padding.Item2, groups)
        where height + (2 * padding.Item1) >= kernel.Item1 && width + (2 * padding.Item2) >= kernel.Item2
        select (shape, examples, workers);

    // Weights that are used in blocks: few and many pixels, several bands per image, strides with and without empty classes, and odd sizes.
    private static readonly ConvolutionShape[] LargeShapes =
    [
        new(4, 4, 83, 70, 3, 3, 1, 1, 1, 1),
        new(7, 9, 90, 67, 3, 3, 1, 1, 1, 1),
        new(31, 5, 270, 25, 3, 3, 1, 1, 1, 1),
        new(8, 7, 65, 129, 3, 3, 2, 2, 1, 1),
        new(5, 6, 301, 200, 1, 1, 2, 2, 0, 0),
        new(6, 6, 50, 64, 4, 5, 3, 2, 2, 0),
        new(1, 40, 96, 72, 1, 9, 1, 1, 0, 4),
        new(3, 3, 300, 20, 3, 3, 1, 1, 0, 0),
        new(9, 8, 131, 70, 3, 3, 1, 1, 1, 1),
        new(6, 5, 150, 97, 3, 2, 2, 1, 1, 1),
    ];

    [Fact]
    public unsafe void The_forward_pass_is_that_of_the_twin() => Sample((s, examples, workers, memory) =>
    {
        float* x = memory.Random(examples * s.InputValues), w = memory.Random(s.WeightCount), bias = memory.Random(s.Filters);
        float* actual = memory.Guarded(examples * s.OutputValues), expected = memory.Guarded(examples * s.OutputValues);
        float* scratch = memory.Guarded((int)ConvolutionForward.ScratchFloats(s));
        ConvolutionForward.Scalar(s, x, w, bias, expected, examples);
        int rows = examples * s.OutputHeight;
        for (int worker = 0; worker < workers; worker++)
        {
            ConvolutionForward.Run(s, x, w, bias, actual, rows * worker / workers, rows * (worker + 1) / workers, scratch);
        }

        AssertSame(expected, actual, examples * s.OutputValues);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public unsafe void The_input_gradient_is_that_of_the_twin(bool add) => Sample((s, examples, workers, memory) =>
    {
        float* dy = memory.Random(examples * s.OutputValues), w = memory.Random(s.WeightCount), start = memory.Random(examples * s.InputValues);
        float* actual = memory.Guarded(examples * s.InputValues), expected = memory.Guarded(examples * s.InputValues);
        Elementwise.Copy(start, actual, examples * s.InputValues);
        Elementwise.Copy(start, expected, examples * s.InputValues);
        float* packed = memory.Guarded((int)ConvolutionInputGradient.PackedFloats(s));
        float* scratch = memory.Guarded((int)ConvolutionInputGradient.ScratchFloats(s));
        ConvolutionInputGradient.Scalar(s, dy, w, add, expected, examples);
        for (int worker = 0; worker < workers; worker++)
        {
            ConvolutionInputGradient.Pack(s, w, packed, worker, workers);
        }

        int rows = examples * s.Height;
        for (int worker = 0; worker < workers; worker++)
        {
            ConvolutionInputGradient.Run(s, dy, w, packed, add, actual, rows * worker / workers, rows * (worker + 1) / workers, scratch);
        }

        AssertSame(expected, actual, examples * s.InputValues);
    });

    [Fact]
    public unsafe void The_weight_gradient_is_that_of_the_twin_and_continues_what_is_there() => Sample((s, examples, workers, memory) =>
    {
        float* x = memory.Random(examples * s.InputValues), dy = memory.Random(examples * s.OutputValues), start = memory.Random(s.WeightCount);
        float* actual = memory.Guarded(s.WeightCount), expected = memory.Guarded(s.WeightCount);
        Elementwise.Copy(start, actual, s.WeightCount);
        Elementwise.Copy(start, expected, s.WeightCount);
        float* scratch = memory.Guarded((int)ConvolutionWeightGradient.ScratchFloats(s));
        ConvolutionWeightGradient.Scalar(s, examples, x, dy, expected);
        int parts = ConvolutionWeightGradient.Parts(s);
        for (int worker = 0; worker < workers; worker++)
        {
            ConvolutionWeightGradient.Run(s, examples, x, dy, actual, parts * worker / workers, parts * (worker + 1) / workers, scratch);
        }

        AssertSame(expected, actual, s.WeightCount);
    });

    [Fact]
    public unsafe void Some_filters_of_the_weight_gradient_are_those_columns_of_the_whole() => Sample((s, examples, workers, memory) =>
    {
        float* x = memory.Random(examples * s.InputValues), dy = memory.Random(examples * s.OutputValues);
        float* whole = memory.Guarded(s.WeightCount);
        new Span<float>(whole, s.WeightCount).Clear();
        float* scratch = memory.Guarded((int)ConvolutionWeightGradient.ScratchFloats(s));
        ConvolutionWeightGradient.Scalar(s, examples, x, dy, whole);
        int first = s.Filters * (workers - 1) / 4, last = Math.Min(s.Filters, first + 1 + (s.Filters / 2)), count = last - first;
        float* some = memory.Guarded(s.WeightRows * count);
        new Span<float>(some, s.WeightRows * count).Clear();
        ConvolutionWeightGradient.RunFilters(s, examples, x, dy, some, first, last, scratch);
        for (int k = 0; k < s.WeightRows; k++)
        {
            AssertSame(whole + (k * s.Filters) + first, some + (k * count), count);
        }
    });

    [Fact]
    public unsafe void A_large_product_in_blocks_is_the_same_chain_of_sums()
    {
        const int Rows = 300, Depth = 520, Columns = 130;
        using var memory = new GuardedMemory();
        float* a = memory.Random(Rows * Depth), b = memory.Random(Depth * Columns), bias = memory.Random(Columns);
        float* actual = memory.Guarded(Rows * Columns), expected = memory.Guarded(Rows * Columns);
        float* scratch = memory.Guarded((int)PanelProduct.ScratchFloats(Depth, Columns));
        Assert.True(PanelProduct.ScratchFloats(Depth, Columns) > 0);
        WindowProduct.Scalar(new Window(Depth, 0, 1, Depth, Columns, Columns), a, b, bias, expected, Rows, Columns, 0, add: false);
        PanelProduct.Run(a, b, bias, actual, Rows, Depth, Columns, add: false, scratch);
        AssertSame(expected, actual, Rows * Columns);
    }

    [Fact]
    public unsafe void A_transposition_moves_every_value()
    {
        foreach ((int rows, int columns) in ((int, int)[])[(1, 1), (3, 5), (4, 4), (8, 12), (9, 7), (64, 33)])
        {
            using var memory = new GuardedMemory();
            float* from = memory.Random(rows * columns), to = memory.Guarded(rows * columns);
            Transposition.Run(from, rows, columns, to);
            for (int i = 0; i < rows * columns; i++)
            {
                Assert.Equal(from[i], to[(i % columns * rows) + (i / columns)]);
            }
        }
    }

    private static void Sample(Action<ConvolutionShape, int, int, GuardedMemory> check)
    {
        Shapes.Sample(Check, iter: 250);
        foreach (ConvolutionShape shape in LargeShapes)
        {
            for (int workers = 1; workers <= 3; workers++)
            {
                Check((shape, Examples: 3 - (workers / 2), workers));
            }
        }

        void Check((ConvolutionShape Shape, int Examples, int Workers) s)
        {
            using var memory = new GuardedMemory();
            check(s.Shape, s.Examples, s.Workers, memory);
            memory.AssertGuards();
        }
    }

    private static unsafe void AssertSame(float* expected, float* actual, int count)
    {
        for (int i = 0; i < count; i++)
        {
            // Zeros of either sign count as one: a padding that is multiplied and one that is left out may differ in that.
            Assert.True(expected[i] == actual[i], $"Value {i} is {actual[i]}, the twin has {expected[i]}.");
        }
    }
}

/// <summary>Memory between guards that nobody may write to.</summary>
internal sealed unsafe class GuardedMemory : IDisposable
{
    private const int Guard = 16;
    private const float Canary = -123.25f;
    private readonly List<(nint Memory, int Count)> _blocks = [];

    /// <summary>Gives values in [-1, 1).</summary>
    public float* Random(int count)
    {
        float* values = Guarded(count);
        TestData.Values(count, (ulong)_blocks.Count).CopyTo(new Span<float>(values, count));
        return values;
    }

    public float* Copy(float* from, int count)
    {
        float* values = Guarded(count);
        Elementwise.Copy(from, values, count);
        return values;
    }

    public float* Guarded(int count)
    {
        float* memory = (float*)NativeMemory.AlignedAlloc((nuint)(count + (2 * Guard)) * sizeof(float), 64);
        new Span<float>(memory, count + (2 * Guard)).Fill(Canary);
        _blocks.Add(((nint)memory, count));
        return memory + Guard;
    }

    public void AssertGuards()
    {
        foreach ((nint memory, int count) in _blocks)
        {
            Assert.Equal(-1, new ReadOnlySpan<float>((float*)memory, Guard).IndexOfAnyExcept(Canary));
            Assert.Equal(-1, new ReadOnlySpan<float>((float*)memory + Guard + count, Guard).IndexOfAnyExcept(Canary));
        }
    }

    public void Dispose()
    {
        foreach ((nint memory, _) in _blocks)
        {
            NativeMemory.AlignedFree((void*)memory);
        }

        _blocks.Clear();
    }
}
