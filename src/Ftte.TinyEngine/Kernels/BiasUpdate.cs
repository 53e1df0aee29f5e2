using System.Diagnostics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>b = shrink * b - rate * (sum of dy over the examples).</summary>
/// <remarks>One bias after the other, examples in order: a layer's bias is too small a part of its work to be worth vectors.</remarks>
internal static class BiasUpdate
{
    public static void Apply(ReadOnlyMatrixSpan dy, float shrink, float rate, Span<float> b)
    {
        Debug.Assert(dy.Columns == b.Length);
        for (int o = 0; o < b.Length; o++)
        {
            float gradient = 0;
            for (int n = 0; n < dy.Rows; n++)
            {
                gradient += dy[n, o];
            }

            b[o] = (shrink * b[o]) - (rate * gradient);
        }
    }
}
