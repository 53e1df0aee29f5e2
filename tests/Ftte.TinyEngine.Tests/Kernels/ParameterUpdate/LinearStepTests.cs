using System.Runtime.Intrinsics;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Tests.Kernels;

/// <summary>Compares the step of linear layers with its scalar twin and with the kernels that it replaces, bit by bit.</summary>
public unsafe class LinearStepTests
{
    private const float Rate = 0.03f, Shrink = 0.999f;

    public static TheoryData<int, int, int> Sizes => new()
    {
        { 1, 1, 1 }, { 1, 4, 16 }, { 1, 7, 67 }, { 2, 9, 10 }, { 5, 12, 31 }, { 8, 33, 64 }, { 32, 6, 100 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_step_is_that_of_the_twin(int examples, int rows, int columns)
    {
        foreach (bool isClipped in (bool[])[false, true])
        {
            using var memory = new GuardedMemory();
            LinearStep.Layer layer = Layer(memory, examples, rows, columns);
            float* w = memory.Random(rows * columns), factors = isClipped ? memory.Random(columns) : null;
            float* expected = memory.Copy(w, rows * columns), actual = memory.Copy(w, rows * columns);
            LinearStep.ApplyScalar(layer, expected, factors, Rate, Shrink);
            int middle = columns / 3;
            LinearStep.Apply(layer, actual, factors, Rate, Shrink, 0, middle);
            LinearStep.Apply(layer, actual, factors is null ? null : factors + middle, Rate, Shrink, middle, columns);
            AssertSame(expected, actual, rows * columns);
            memory.AssertGuards();
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Squares_are_those_of_the_twin(int examples, int rows, int columns)
    {
        using var memory = new GuardedMemory();
        LinearStep.Layer layer = Layer(memory, examples, rows, columns);
        float* w = memory.Random(rows * columns), start = memory.Random(columns);
        float* expectedGradients = memory.Copy(start, columns), gradients = memory.Copy(start, columns);
        float* expectedWeights = memory.Copy(start, columns), weights = memory.Copy(start, columns);
        LinearStep.AddSquaresScalar(layer, w, expectedGradients, expectedWeights);
        int middle = columns / 2;
        LinearStep.AddSquares(layer, w, gradients, weights, 0, middle);
        LinearStep.AddSquares(layer, w, gradients + middle, weights + middle, middle, columns);
        AssertSame(expectedGradients, gradients, columns);
        AssertSame(expectedWeights, weights, columns);
        memory.AssertGuards();
    }

    [Fact]
    public void A_step_has_the_bits_of_the_stored_gradient()
    {
        const int Examples = 3, Rows = 21, Columns = 45;
        using var memory = new GuardedMemory();
        LinearStep.Layer layer = Layer(memory, Examples, Rows, Columns);
        float* w = memory.Random(Rows * Columns), gradient = memory.Guarded(Rows * Columns);
        float* expected = memory.Copy(w, Rows * Columns), actual = memory.Copy(w, Rows * Columns);
        new Span<float>(gradient, Rows * Columns).Clear();
        ConvolutionWeightGradient.Scalar(ConvolutionShape.Linear(Rows, Columns), Examples, layer.X, layer.Dy, gradient);
        SgdKernel.Apply(expected, gradient, Rows * Columns, Rate, Shrink);
        LinearStep.Apply(layer, actual, null, Rate, Shrink, 0, Columns);
        AssertSame(expected, actual, Rows * Columns);
    }

    [Fact]
    public void All_vector_widths_give_the_same_bits()
    {
        Check<Simd1, float>();
        Check<Simd128, Vector128<float>>();
        Check<Simd256, Vector256<float>>();
        Check<Simd512, Vector512<float>>();
    }

    private static void Check<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        const int Examples = 3, Rows = 10, Columns = 48;
        using var memory = new GuardedMemory();
        LinearStep.Layer layer = Layer(memory, Examples, Rows, Columns);
        float* w = memory.Random(Rows * Columns), factors = memory.Random(Columns);
        float* expected = memory.Copy(w, Rows * Columns), actual = memory.Copy(w, Rows * Columns);
        float* sums = memory.Copy(factors, Columns), expectedSums = memory.Copy(factors, Columns);
        float* weightSums = memory.Copy(factors, Columns), expectedWeightSums = memory.Copy(factors, Columns);
        LinearStep.AddSquaresScalar(layer, w, expectedSums, expectedWeightSums);
        Assert.Equal(Columns, LinearStep.AddVectors<TSimd, TVector>(layer, w, sums, weightSums, 0, Columns));
        AssertSame(expectedSums, sums, Columns);
        AssertSame(expectedWeightSums, weightSums, Columns);
        LinearStep.ApplyScalar(layer, expected, factors, Rate, Shrink);
        Assert.Equal(Columns, LinearStep.ApplyVectors<TSimd, TVector>(layer, actual, factors, Rate, Shrink, 0, Columns));
        AssertSame(expected, actual, Rows * Columns);
        memory.AssertGuards();
    }

    private static LinearStep.Layer Layer(GuardedMemory memory, int examples, int rows, int columns) =>
        new(memory.Random(examples * rows), memory.Random(examples * columns), examples, rows, columns);

    private static void AssertSame(float* expected, float* actual, int count) =>
        Assert.True(new ReadOnlySpan<int>(expected, count).SequenceEqual(new ReadOnlySpan<int>(actual, count)));
}
