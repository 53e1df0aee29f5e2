using System.Numerics.Tensors;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes sums and copies.</summary>
internal static unsafe class Elementwise
{
    /// <summary>sum = x + y; sum may be either.</summary>
    public static void Add(float* x, float* y, float* sum, int count) =>
        TensorPrimitives.Add(new ReadOnlySpan<float>(x, count), new ReadOnlySpan<float>(y, count), new Span<float>(sum, count));

    /// <summary>y += x.</summary>
    public static void AddTo(float* x, float* y, int count) => Add(y, x, y, count);

    /// <summary>y = x.</summary>
    public static void Copy(float* x, float* y, int count) => new ReadOnlySpan<float>(x, count).CopyTo(new Span<float>(y, count));

    /// <summary>values *= factor.</summary>
    public static void Scale(float* values, float factor, int count) =>
        TensorPrimitives.Multiply(new ReadOnlySpan<float>(values, count), factor, new Span<float>(values, count));

    /// <summary>Copies all channels of x to a range of channels of y, for pixels [first, last).</summary>
    public static void ConcatChannels(float* x, int xChannels, float* y, int yChannels, int yFirst, long first, long last)
    {
        for (long p = first; p < last; p++)
        {
            Copy(x + (p * xChannels), y + (p * yChannels) + yFirst, xChannels);
        }
    }

    /// <summary>Copies a range of channels of dy to all channels of dx, or adds them, for pixels [first, last).</summary>
    public static void SplitChannels(float* dy, int yChannels, int yFirst, float* dx, int xChannels, bool add, long first, long last)
    {
        for (long p = first; p < last; p++)
        {
            float* from = dy + (p * yChannels) + yFirst, to = dx + (p * xChannels);
            if (add)
            {
                AddTo(from, to, xChannels);
            }
            else
            {
                Copy(from, to, xChannels);
            }
        }
    }
}
