using System.Runtime.Intrinsics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes the maximum over windows and stores its position.</summary>
/// <remarks>
/// The first of equal maxima is used, and NaN is larger than any number. A position takes 2 bits if the window has at most four positions, otherwise a byte. Positions
/// are stored in groups of eight outputs: the lower bits of the group's eight positions are one byte, the upper bits the next.
/// </remarks>
internal static unsafe class MaxPool
{
    private const int Group = 8;

    /// <summary>Gets the size of the positions of a number of examples, in bytes.</summary>
    public static long IndexBytes(in PoolingShape s, int examples) => (long)examples * s.OutputHeight * RowBytes(s);

    /// <summary>Computes output rows [firstRow, lastRow), counted through all examples; positions are stored if memory for them is given.</summary>
    public static void Forward(in PoolingShape s, float* x, float* y, byte* index, int firstRow, int lastRow)
    {
        byte* places = stackalloc byte[Group];
        for (int r = firstRow; r < lastRow; r++)
        {
            (int example, int row) = Math.DivRem(r, s.OutputHeight);
            float* image = x + ((nint)example * s.InputValues);
            float* output = y + ((nint)r * s.OutputWidth * s.Channels);
            byte* target = index is null ? null : index + (r * RowBytes(s));
            for (int column = 0; column < s.OutputWidth; column++, output += s.Channels)
            {
                int c = 0;
                for (; c + Group <= s.Channels && Vector256.IsHardwareAccelerated; c += Group)
                {
                    Vector256<int> place = Eight(s, image + c, row, column, output + c);
                    WriteEight(s, target, column, c, place);
                }

                for (; c < s.Channels; c += Group)
                {
                    int count = Math.Min(Group, s.Channels - c);
                    Some(s, image + c, row, column, output + c, places, count);
                    Write(s, target, column, c, places, count);
                }
            }
        }
    }

    /// <summary>Adds each output's gradient at the position of its maximum, for examples [first, last).</summary>
    public static void Backward(in PoolingShape s, float* dy, byte* index, float* dx, bool add, int first, int last)
    {
        if (!add)
        {
            for (int example = first; example < last; example++)
            {
                new Span<float>(dx + ((nint)example * s.InputValues), s.InputValues).Clear();
            }
        }

        for (int r = first * s.OutputHeight; r < last * s.OutputHeight; r++)
        {
            (int example, int row) = Math.DivRem(r, s.OutputHeight);
            float* image = dx + ((nint)example * s.InputValues);
            byte* source = index + (r * RowBytes(s));
            for (int column = 0; column < s.OutputWidth; column++)
            {
                int top = (row * s.StrideY) - s.PaddingY, left = (column * s.StrideX) - s.PaddingX;
                float* gradient = dy + ((((nint)r * s.OutputWidth) + column) * s.Channels);
                int c = 0;
                for (; IsSmall(s) && c + Group <= s.Channels && Vector256.IsHardwareAccelerated; c += Group)
                {
                    AddEight(s, image + c, row, column, Vector256.Load(gradient + c), source + ((nint)column * PixelBytes(s)) + (2 * (c / Group)));
                }

                for (; c < s.Channels; c++)
                {
                    (int i, int j) = Math.DivRem(Read(s, source, column, c), s.KernelWidth);
                    image[((((nint)top + i) * s.Width) + left + j) * s.Channels + c] += gradient[c];
                }
            }
        }
    }

    /// <summary>The scalar reference implementation: a range of channels of one output pixel.</summary>
    internal static void Some(in PoolingShape s, float* image, int row, int column, float* output, byte* places, int count)
    {
        (int top, int left, int firstRow, int lastRow, int firstColumn, int lastColumn) = s.Window(row, column);
        for (int c = 0; c < count; c++)
        {
            float best = float.NegativeInfinity;
            int place = (firstRow * s.KernelWidth) + firstColumn;
            for (int i = firstRow; i < lastRow; i++)
            {
                for (int j = firstColumn; j < lastColumn; j++)
                {
                    float value = image[((((nint)top + i) * s.Width) + left + j) * s.Channels + c];
                    if (!(value <= best) && !float.IsNaN(best))
                    {
                        (best, place) = (value, (i * s.KernelWidth) + j);
                    }
                }
            }

            output[c] = best;
            places[c] = (byte)place;
        }
    }

    private static Vector256<int> Eight(in PoolingShape s, float* image, int row, int column, float* output)
    {
        (int top, int left, int firstRow, int lastRow, int firstColumn, int lastColumn) = s.Window(row, column);
        Vector256<float> best = Vector256.Create(float.NegativeInfinity);
        Vector256<int> place = Vector256.Create((firstRow * s.KernelWidth) + firstColumn);
        for (int i = firstRow; i < lastRow; i++)
        {
            float* value = image + (((((nint)top + i) * s.Width) + left + firstColumn) * s.Channels);
            for (int j = firstColumn; j < lastColumn; j++, value += s.Channels)
            {
                Vector256<float> candidate = Vector256.Load(value);
                Vector256<float> isKept = Vector256.LessThanOrEqual(candidate, best) | ~Vector256.Equals(best, best);
                best = Vector256.ConditionalSelect(isKept, best, candidate);
                place = Vector256.ConditionalSelect(isKept.AsInt32(), place, Vector256.Create((i * s.KernelWidth) + j));
            }
        }

        best.Store(output);
        return place;
    }

    /// <summary>Adds the gradients of eight channels of one output at the positions of their maxima, for windows of at most four positions.</summary>
    private static void AddEight(in PoolingShape s, float* image, int row, int column, Vector256<float> gradient, byte* group)
    {
        Vector256<int> bits = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128);
        Vector256<int> lower = Vector256.Equals(Vector256.Create((int)group[0]) & bits, bits), upper = Vector256.Equals(Vector256.Create((int)group[1]) & bits, bits);
        Vector256<int> place = -(lower + upper + upper);
        (int top, int left, int firstRow, int lastRow, int firstColumn, int lastColumn) = s.Window(row, column);
        for (int i = firstRow; i < lastRow; i++)
        {
            float* value = image + (((((nint)top + i) * s.Width) + left + firstColumn) * s.Channels);
            for (int j = firstColumn; j < lastColumn; j++, value += s.Channels)
            {
                Vector256<float> isMaximum = Vector256.Equals(place, Vector256.Create((i * s.KernelWidth) + j)).AsSingle(), old = Vector256.Load(value);
                Vector256.ConditionalSelect(isMaximum, old + gradient, old).Store(value);
            }
        }
    }

    private static bool IsSmall(in PoolingShape s) => s.KernelHeight * s.KernelWidth <= 4;

    private static int PixelBytes(in PoolingShape s) => IsSmall(s) ? 2 * ((s.Channels + Group - 1) / Group) : s.Channels;

    private static long RowBytes(in PoolingShape s) => (long)s.OutputWidth * PixelBytes(s);

    private static void Write(in PoolingShape s, byte* row, int column, int channel, byte* places, int count)
    {
        if (row is null)
        {
            return;
        }

        byte* pixel = row + ((nint)column * PixelBytes(s));
        if (!IsSmall(s))
        {
            new ReadOnlySpan<byte>(places, count).CopyTo(new Span<byte>(pixel + channel, count));
            return;
        }

        int lower = 0, upper = 0;
        for (int c = 0; c < count; c++)
        {
            lower |= (places[c] & 1) << c;
            upper |= (places[c] >> 1) << c;
        }

        pixel[2 * (channel / Group)] = (byte)lower;
        pixel[(2 * (channel / Group)) + 1] = (byte)upper;
    }

    private static void WriteEight(in PoolingShape s, byte* row, int column, int channel, Vector256<int> place)
    {
        if (row is null)
        {
            return;
        }

        byte* pixel = row + ((nint)column * PixelBytes(s));
        if (IsSmall(s))
        {
            pixel[2 * (channel / Group)] = (byte)Vector256.ShiftLeft(place, 31).ExtractMostSignificantBits();
            pixel[(2 * (channel / Group)) + 1] = (byte)Vector256.ShiftLeft(place, 30).ExtractMostSignificantBits();
            return;
        }

        for (int c = 0; c < Group; c++)
        {
            pixel[channel + c] = (byte)place[c];
        }
    }

    private static int Read(in PoolingShape s, byte* row, int column, int channel)
    {
        byte* pixel = row + ((nint)column * PixelBytes(s));
        if (!IsSmall(s))
        {
            return pixel[channel];
        }

        byte* group = pixel + (2 * (channel / Group));
        return ((group[0] >> (channel % Group)) & 1) | (((group[1] >> (channel % Group)) & 1) << 1);
    }
}
