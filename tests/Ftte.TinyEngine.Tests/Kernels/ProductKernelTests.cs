using System.Runtime.Intrinsics;
using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine.Tests.Kernels;

/// <summary>Every width against the readable twin, bit for bit, at sizes around every block's edge. Widths the machine lacks run emulated.</summary>
public class ProductKernelTests
{
    /// <summary>Values behind each result that no kernel may touch, like those between its rows.</summary>
    private const int Guard = 64;

    private static readonly int[] Lengths = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 80];

    public static TheoryData<int, int> Shapes
    {
        get
        {
            var shapes = new TheoryData<int, int>();
            foreach (int examples in (int[])[1, 3, 4, 5, 8])
            {
                foreach (int outputs in (int[])[1, 2, 3, 4, 5, 10])
                {
                    shapes.Add(examples, outputs);
                }
            }

            return shapes;
        }
    }

    private delegate void Forward(ReadOnlyMatrixSpan x, ReadOnlyMatrixSpan w, MatrixSpan y);

    private delegate int Columns(ReadOnlyMatrixSpan dy, ReadOnlyMatrixSpan w, MatrixSpan dx, int column);

    private delegate int Update(ReadOnlyMatrixSpan dy, ReadOnlyMatrixSpan x, float shrink, float rate, MatrixSpan w, int column);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_forward_product_has_the_bits_of_its_twin_at_every_width(int examples, int outputs)
    {
        Forward[] widths =
        [
            ForwardProduct.Vectors<Simd512, Vector512<float>>,
            ForwardProduct.Vectors<Simd256, Vector256<float>>,
            ForwardProduct.Vectors<Simd128, Vector128<float>>,
            ForwardProduct.Add,
        ];
        foreach (int columns in Lengths)
        {
            float[] x = TestData.Values(examples * (columns + 3), 1), w = TestData.Values(outputs * (columns + 5), 2);
            float[] expected = TestData.Values((examples * (outputs + 2)) + Guard, 3);
            float[] initial = [.. expected];
            ForwardProduct.Scalar(X(), W(), new MatrixSpan(expected, examples, outputs, outputs + 2));
            foreach (Forward run in widths)
            {
                float[] actual = [.. initial];
                run(X(), W(), new MatrixSpan(actual, examples, outputs, outputs + 2));
                AssertSameBits(expected, actual);
            }

            ReadOnlyMatrixSpan X() => new(x, examples, columns, columns + 3);
            ReadOnlyMatrixSpan W() => new(w, outputs, columns, columns + 5);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_input_gradient_has_the_bits_of_its_twin_at_every_width(int examples, int outputs)
    {
        Columns[] widths =
        [
            InputGradient.Vectors<Simd512, Vector512<float>>,
            InputGradient.Vectors<Simd256, Vector256<float>>,
            InputGradient.Vectors<Simd128, Vector128<float>>,
            static (dy, w, dx, _) =>
            {
                InputGradient.Add(dy, w, dx);
                return dx.Columns;
            },
        ];
        foreach (int columns in Lengths)
        {
            float[] dy = TestData.Values(examples * (outputs + 1), 1), w = TestData.Values(outputs * (columns + 5), 2);
            float[] expected = TestData.Values((examples * (columns + 2)) + Guard, 3);
            float[] initial = [.. expected];
            InputGradient.Scalar(Dy(), W(), new MatrixSpan(expected, examples, columns, columns + 2), 0);
            foreach (Columns run in widths)
            {
                float[] actual = [.. initial];
                int left = run(Dy(), W(), new MatrixSpan(actual, examples, columns, columns + 2), 0);
                InputGradient.Scalar(Dy(), W(), new MatrixSpan(actual, examples, columns, columns + 2), left);
                AssertSameBits(expected, actual);
            }

            ReadOnlyMatrixSpan Dy() => new(dy, examples, outputs, outputs + 1);
            ReadOnlyMatrixSpan W() => new(w, outputs, columns, columns + 5);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_weight_update_has_the_bits_of_its_twin_at_every_width(int examples, int outputs)
    {
        Update[] widths =
        [
            WeightUpdate.Vectors<Simd512, Vector512<float>>,
            WeightUpdate.Vectors<Simd256, Vector256<float>>,
            WeightUpdate.Vectors<Simd128, Vector128<float>>,
            static (dy, x, shrink, rate, w, _) =>
            {
                WeightUpdate.Apply(dy, x, shrink, rate, w);
                return w.Columns;
            },
        ];
        foreach (int columns in Lengths)
        {
            float[] dy = TestData.Values(examples * (outputs + 1), 1), x = TestData.Values(examples * (columns + 3), 2);
            float[] expected = TestData.Values((outputs * (columns + 2)) + Guard, 3);
            float[] initial = [.. expected];
            WeightUpdate.Scalar(Dy(), X(), 0.99f, 0.1f, new MatrixSpan(expected, outputs, columns, columns + 2), 0);
            foreach (Update run in widths)
            {
                float[] actual = [.. initial];
                int left = run(Dy(), X(), 0.99f, 0.1f, new MatrixSpan(actual, outputs, columns, columns + 2), 0);
                WeightUpdate.Scalar(Dy(), X(), 0.99f, 0.1f, new MatrixSpan(actual, outputs, columns, columns + 2), left);
                AssertSameBits(expected, actual);
            }

            ReadOnlyMatrixSpan Dy() => new(dy, examples, outputs, outputs + 1);
            ReadOnlyMatrixSpan X() => new(x, examples, columns, columns + 3);
        }
    }

    [Fact]
    public void A_weight_update_without_gradient_and_decay_keeps_the_bits()
    {
        float[] w = [0f, -0.1f, 1e-40f, 3e38f, 1 / 3f];
        float[] before = [.. w];
        WeightUpdate.Apply(new ReadOnlyMatrixSpan(new float[2], 2, 1), new ReadOnlyMatrixSpan(new float[10], 2, 5), 1, 0.1f, new MatrixSpan(w, 1, 5));
        AssertSameBits(before, w);
    }

    [Theory]
    [InlineData(2, 3, 3, 5)]
    [InlineData(2, 3, 2, 100)]
    [InlineData(-1, 3, 3, 100)]
    public void A_matrix_that_does_not_fit_its_span_is_refused(int rows, int columns, int stride, int length) =>
        Assert.ThrowsAny<ArgumentException>(() => { _ = new MatrixSpan(new float[length], rows, columns, stride); });

    private static void AssertSameBits(float[] expected, float[] actual) =>
        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), actual.Select(BitConverter.SingleToInt32Bits));
}
