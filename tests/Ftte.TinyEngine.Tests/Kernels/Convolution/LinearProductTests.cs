using System.Runtime.Intrinsics;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Tests.Kernels;

/// <summary>Compares the products of linear layers with their scalar twins, bit by bit.</summary>
public class LinearProductTests
{
    public static TheoryData<int, int, int> Sizes => new()
    {
        { 1, 1, 1 }, { 1, 70, 64 }, { 1, 300, 259 }, { 1, 513, 512 }, { 3, 200, 333 }, { 5, 66, 1030 }, { 8, 129, 520 }, { 31, 300, 75 }, { 33, 137, 97 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public unsafe void A_streamed_product_is_one_chain_of_sums(int rows, int depth, int columns)
    {
        foreach (bool add in (bool[])[false, true])
        {
            using var memory = new GuardedMemory();
            float* a = memory.Random(rows * depth), b = memory.Random(depth * columns), bias = memory.Random(columns), start = memory.Random(rows * columns);
            float* actual = memory.Copy(start, rows * columns), expected = memory.Copy(start, rows * columns);
            float* initial = add ? null : bias;
            WindowProduct.Scalar(new Window(depth, 0, 1, depth, columns, columns), a, b, initial, expected, rows, columns, 0, add);
            StreamedProduct.Run(a, b, initial, actual, rows, depth, columns, add);
            AssertSame(expected, actual, rows * columns);
            memory.AssertGuards();
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public unsafe void A_product_with_transposed_panels_is_one_chain_of_sums(int rows, int depth, int columns)
    {
        foreach (bool add in (bool[])[false, true])
        {
            using var memory = new GuardedMemory();
            float* a = memory.Random(rows * depth), b = memory.Random(depth * columns), start = memory.Random(rows * columns);
            float* actual = memory.Copy(start, rows * columns), expected = memory.Copy(start, rows * columns);
            float* scratch = memory.Guarded(TransposedProduct.ScratchFloats(depth, columns));
            TransposedProduct.Scalar(a, b, expected, rows, depth, columns, add);
            TransposedProduct.Run(a, b, actual, rows, depth, columns, add, scratch);
            AssertSame(expected, actual, rows * columns);
            memory.AssertGuards();
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public unsafe void Ranges_of_columns_are_those_of_the_whole_product(int rows, int depth, int columns)
    {
        using var memory = new GuardedMemory();
        float* a = memory.Random(rows * depth), b = memory.Random(depth * columns), bias = memory.Random(columns), scratch = memory.Guarded(TransposedProduct.ScratchFloats(depth, columns));
        float* actual = memory.Guarded(rows * columns), expected = memory.Guarded(rows * columns), transposed = memory.Guarded(rows * columns), expectedTransposed = memory.Guarded(rows * columns);
        WindowProduct.Scalar(new Window(depth, 0, 1, depth, columns, columns), a, b, bias, expected, rows, columns, 0, add: false);
        TransposedProduct.Scalar(a, b, expectedTransposed, rows, depth, columns, add: false);
        for (int worker = 0; worker < 3; worker++)
        {
            int first = columns * worker / 3, last = columns * (worker + 1) / 3;
            StreamedProduct.RunColumns(a, b, bias, actual, rows, depth, columns, first, last, add: false);
            TransposedProduct.RunColumns(a, b, transposed, rows, depth, columns, first, last, add: false, scratch);
        }

        AssertSame(expected, actual, rows * columns);
        AssertSame(expectedTransposed, transposed, rows * columns);
        memory.AssertGuards();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public unsafe void All_vector_widths_give_the_same_bits(int rows)
    {
        const int Depth = 37, Columns = 300;
        using var memory = new GuardedMemory();
        float* a = memory.Random(rows * Depth), b = memory.Random(Depth * Columns), bias = memory.Random(Columns);
        float* expected = memory.Guarded(rows * Columns), actual = memory.Guarded(rows * Columns);
        var window = new Window(Depth, 0, 1, Depth, Columns, Columns);
        WindowProduct.Scalar(window, a, b, bias, expected, rows, Columns, 0, add: false);
        Check(WindowProduct.Vectors<Simd1, float>(window, a, b, bias, actual, rows, Columns, 0, add: false));
        Check(WindowProduct.Vectors<Simd128, Vector128<float>>(window, a, b, bias, actual, rows, Columns, 0, add: false));
        Check(WindowProduct.Vectors<Simd256, Vector256<float>>(window, a, b, bias, actual, rows, Columns, 0, add: false));
        Check(WindowProduct.Vectors<Simd512, Vector512<float>>(window, a, b, bias, actual, rows, Columns, 0, add: false));

        void Check(int columns)
        {
            for (int row = 0; row < rows; row++)
            {
                AssertSame(expected + (row * Columns), actual + (row * Columns), columns);
            }

            memory.AssertGuards();
        }
    }

    [Fact]
    public unsafe void A_transposition_keeps_the_values_between_rows()
    {
        foreach ((int rows, int columns) in ((int, int)[])[(1, 1), (3, 5), (4, 4), (8, 8), (9, 16), (12, 24), (17, 32), (64, 40)])
        {
            using var memory = new GuardedMemory();
            int stride = columns + 3, toStride = rows + 5;
            float* from = memory.Random(rows * stride), to = memory.Random(columns * toStride), before = memory.Copy(to, columns * toStride);
            Transposition.Run(from, stride, rows, columns, to, toStride);
            for (int i = 0; i < columns * toStride; i++)
            {
                Assert.Equal(i % toStride < rows ? from[(i % toStride * stride) + (i / toStride)] : before[i], to[i]);
            }

            memory.AssertGuards();
        }
    }

    private static unsafe void AssertSame(float* expected, float* actual, int count) =>
        Assert.True(new ReadOnlySpan<int>(expected, count).SequenceEqual(new ReadOnlySpan<int>(actual, count)));
}
