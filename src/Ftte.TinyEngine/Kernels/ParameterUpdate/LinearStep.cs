using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Applies a step of gradient descent to the weights of a linear layer, whose gradient exists only in registers.</summary>
/// <remarks>
/// <para>The gradient of a weight is one chain of fused multiply-adds from 0 over the examples, as <see cref="StripProduct"/> computes it; the step is that of <see cref="SgdKernel.Apply"/> and the norms and
/// factors are those of <see cref="UnitClip"/>. With few examples, storing the gradient and reading it again would take longer than computing it.</para>
/// <para>Rows are inputs and columns are outputs of the layer. Every column is computed independently and row by row, so all vector widths and divisions into columns give the same bits.</para>
/// </remarks>
internal static unsafe class LinearStep
{
    /// <summary>Describes the values that a step reads.</summary>
    /// <param name="x">The input of each example.</param>
    /// <param name="dy">The gradient of the output of each example.</param>
    /// <param name="examples">The number of examples.</param>
    /// <param name="rows">The number of inputs.</param>
    /// <param name="columns">The number of outputs.</param>
    internal readonly struct Layer(float* x, float* dy, int examples, int rows, int columns)
    {
        public float* X { get; } = x;

        public float* Dy { get; } = dy;

        public int Examples { get; } = examples;

        public int Rows { get; } = rows;

        public int Columns { get; } = columns;
    }

    /// <summary>w = shrink * w - rate * factor * gradient, for columns [first, last).</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="w">The weights: rows x columns.</param>
    /// <param name="factors">The factor of each column, starting with the first one of the range; null for 1.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="shrink">The factor of the weights.</param>
    /// <param name="first">The first column.</param>
    /// <param name="last">The column after the last.</param>
    public static void Apply(in Layer layer, float* w, float* factors, float rate, float shrink, int first, int last)
    {
        float* shifted = factors is null ? null : factors - first;
        if (Vector512.IsHardwareAccelerated)
        {
            first = ApplyVectors<Simd512, Vector512<float>>(layer, w, shifted, rate, shrink, first, last);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            first = ApplyVectors<Simd256, Vector256<float>>(layer, w, shifted, rate, shrink, first, last);
        }

        if (Vector128.IsHardwareAccelerated)
        {
            first = ApplyVectors<Simd128, Vector128<float>>(layer, w, shifted, rate, shrink, first, last);
        }

        ApplyVectors<Simd1, float>(layer, w, shifted, rate, shrink, first, last);
    }

    /// <summary>Adds the squares of the gradients and of the weights of columns [first, last) to one sum per column.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="w">The weights: rows x columns.</param>
    /// <param name="gradientSquares">The sums of squared gradients, starting with the first column of the range.</param>
    /// <param name="weightSquares">The sums of squared weights, starting with the first column of the range.</param>
    /// <param name="first">The first column.</param>
    /// <param name="last">The column after the last.</param>
    public static void AddSquares(in Layer layer, float* w, float* gradientSquares, float* weightSquares, int first, int last)
    {
        float* gradients = gradientSquares - first, weights = weightSquares - first;
        if (Vector512.IsHardwareAccelerated)
        {
            first = AddVectors<Simd512, Vector512<float>>(layer, w, gradients, weights, first, last);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            first = AddVectors<Simd256, Vector256<float>>(layer, w, gradients, weights, first, last);
        }

        if (Vector128.IsHardwareAccelerated)
        {
            first = AddVectors<Simd128, Vector128<float>>(layer, w, gradients, weights, first, last);
        }

        AddVectors<Simd1, float>(layer, w, gradients, weights, first, last);
    }

    /// <summary>The scalar reference implementation of <see cref="Apply"/>, for all columns.</summary>
    internal static void ApplyScalar(in Layer layer, float* w, float* factors, float rate, float shrink)
    {
        for (int row = 0; row < layer.Rows; row++)
        {
            for (int column = 0; column < layer.Columns; column++)
            {
                float gradient = Gradient(layer, row, column), kept = w[(row * layer.Columns) + column] * shrink;
                gradient = factors is null ? gradient : gradient * factors[column];
                w[(row * layer.Columns) + column] = MathF.FusedMultiplyAdd(-rate, gradient, kept);
            }
        }
    }

    /// <summary>The scalar reference implementation of <see cref="AddSquares"/>, for all columns.</summary>
    internal static void AddSquaresScalar(in Layer layer, float* w, float* gradientSquares, float* weightSquares)
    {
        for (int row = 0; row < layer.Rows; row++)
        {
            for (int column = 0; column < layer.Columns; column++)
            {
                float gradient = Gradient(layer, row, column), weight = w[(row * layer.Columns) + column];
                gradientSquares[column] = MathF.FusedMultiplyAdd(gradient, gradient, gradientSquares[column]);
                weightSquares[column] = MathF.FusedMultiplyAdd(weight, weight, weightSquares[column]);
            }
        }
    }

    private static float Gradient(in Layer layer, int row, int column)
    {
        float sum = 0;
        for (int i = 0; i < layer.Examples; i++)
        {
            sum = MathF.FusedMultiplyAdd(layer.X[(i * layer.Rows) + row], layer.Dy[(i * layer.Columns) + column], sum);
        }

        return sum;
    }

    /// <summary>Updates all columns that fill whole vectors, and returns the first remaining column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int ApplyVectors<TSimd, TVector>(in Layer layer, float* w, float* factors, float rate, float shrink, int first, int last)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes, end = first + ((last - first) / lanes * lanes), rows = layer.Rows, examples = layer.Examples;
        nint columns = layer.Columns;
        TVector step = TSimd.Broadcast(-rate), keep = TSimd.Broadcast(shrink), zero = TSimd.Broadcast(0);
        int row = 0;

        // Four rows share each load of an output's gradient.
        for (; row + 4 <= rows; row += 4)
        {
            float* w0 = w + (row * columns), w1 = w0 + columns, w2 = w1 + columns, w3 = w2 + columns;
            for (int column = first; column < end; column += lanes)
            {
                TVector g0 = zero, g1 = zero, g2 = zero, g3 = zero;
                float* x = layer.X + row, dy = layer.Dy + column;
                for (int i = 0; i < examples; i++, x += rows, dy += columns)
                {
                    TVector gradient = TSimd.Load(dy);
                    g0 = TSimd.MultiplyAdd(TSimd.Broadcast(x[0]), gradient, g0);
                    g1 = TSimd.MultiplyAdd(TSimd.Broadcast(x[1]), gradient, g1);
                    g2 = TSimd.MultiplyAdd(TSimd.Broadcast(x[2]), gradient, g2);
                    g3 = TSimd.MultiplyAdd(TSimd.Broadcast(x[3]), gradient, g3);
                }

                if (factors is not null)
                {
                    TVector factor = TSimd.Load(factors + column);
                    g0 = TSimd.Multiply(g0, factor);
                    g1 = TSimd.Multiply(g1, factor);
                    g2 = TSimd.Multiply(g2, factor);
                    g3 = TSimd.Multiply(g3, factor);
                }

                TSimd.Store(TSimd.MultiplyAdd(step, g0, TSimd.Multiply(TSimd.Load(w0 + column), keep)), w0 + column);
                TSimd.Store(TSimd.MultiplyAdd(step, g1, TSimd.Multiply(TSimd.Load(w1 + column), keep)), w1 + column);
                TSimd.Store(TSimd.MultiplyAdd(step, g2, TSimd.Multiply(TSimd.Load(w2 + column), keep)), w2 + column);
                TSimd.Store(TSimd.MultiplyAdd(step, g3, TSimd.Multiply(TSimd.Load(w3 + column), keep)), w3 + column);
            }
        }

        for (; row < rows; row++)
        {
            float* weights = w + (row * columns);
            for (int column = first; column < end; column += lanes)
            {
                TVector g = zero;
                for (int i = 0; i < examples; i++)
                {
                    g = TSimd.MultiplyAdd(TSimd.Broadcast(layer.X[((nint)i * rows) + row]), TSimd.Load(layer.Dy + (i * columns) + column), g);
                }

                g = factors is null ? g : TSimd.Multiply(g, TSimd.Load(factors + column));
                TSimd.Store(TSimd.MultiplyAdd(step, g, TSimd.Multiply(TSimd.Load(weights + column), keep)), weights + column);
            }
        }

        return end;
    }

    /// <summary>Adds the squares of all columns that fill whole vectors, and returns the first remaining column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int AddVectors<TSimd, TVector>(in Layer layer, float* w, float* gradientSquares, float* weightSquares, int first, int last)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes, end = first + ((last - first) / lanes * lanes), rows = layer.Rows, examples = layer.Examples;
        nint columns = layer.Columns;
        TVector zero = TSimd.Broadcast(0);
        int row = 0;
        for (; row + 4 <= rows; row += 4)
        {
            float* w0 = w + (row * columns), w1 = w0 + columns, w2 = w1 + columns, w3 = w2 + columns;
            for (int column = first; column < end; column += lanes)
            {
                TVector g0 = zero, g1 = zero, g2 = zero, g3 = zero;
                float* x = layer.X + row, dy = layer.Dy + column;
                for (int i = 0; i < examples; i++, x += rows, dy += columns)
                {
                    TVector gradient = TSimd.Load(dy);
                    g0 = TSimd.MultiplyAdd(TSimd.Broadcast(x[0]), gradient, g0);
                    g1 = TSimd.MultiplyAdd(TSimd.Broadcast(x[1]), gradient, g1);
                    g2 = TSimd.MultiplyAdd(TSimd.Broadcast(x[2]), gradient, g2);
                    g3 = TSimd.MultiplyAdd(TSimd.Broadcast(x[3]), gradient, g3);
                }

                TVector sum = TSimd.MultiplyAdd(g1, g1, TSimd.MultiplyAdd(g0, g0, TSimd.Load(gradientSquares + column)));
                TSimd.Store(TSimd.MultiplyAdd(g3, g3, TSimd.MultiplyAdd(g2, g2, sum)), gradientSquares + column);
                TVector v0 = TSimd.Load(w0 + column), v1 = TSimd.Load(w1 + column), v2 = TSimd.Load(w2 + column), v3 = TSimd.Load(w3 + column);
                sum = TSimd.MultiplyAdd(v1, v1, TSimd.MultiplyAdd(v0, v0, TSimd.Load(weightSquares + column)));
                TSimd.Store(TSimd.MultiplyAdd(v3, v3, TSimd.MultiplyAdd(v2, v2, sum)), weightSquares + column);
            }
        }

        for (; row < rows; row++)
        {
            float* weights = w + (row * columns);
            for (int column = first; column < end; column += lanes)
            {
                TVector g = zero, weight = TSimd.Load(weights + column);
                for (int i = 0; i < examples; i++)
                {
                    g = TSimd.MultiplyAdd(TSimd.Broadcast(layer.X[((nint)i * rows) + row]), TSimd.Load(layer.Dy + (i * columns) + column), g);
                }

                TSimd.Store(TSimd.MultiplyAdd(g, g, TSimd.Load(gradientSquares + column)), gradientSquares + column);
                TSimd.Store(TSimd.MultiplyAdd(weight, weight, TSimd.Load(weightSquares + column)), weightSquares + column);
            }
        }

        return end;
    }
}
