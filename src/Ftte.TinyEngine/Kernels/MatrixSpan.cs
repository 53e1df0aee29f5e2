using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ftte.TinyEngine.Kernels;

/// <summary>A matrix to read: rows of contiguous values, a fixed stride apart.</summary>
/// <remarks>Checks once that it lies within its span, so that the kernels need not.</remarks>
internal readonly ref struct ReadOnlyMatrixSpan
{
    private readonly ref float _first;

    public ReadOnlyMatrixSpan(ReadOnlySpan<float> values, int rows, int columns, int stride)
    {
        MatrixBounds.Check(values.Length, rows, columns, stride);
        _first = ref MemoryMarshal.GetReference(values);
        Rows = rows;
        Columns = columns;
        Stride = stride;
    }

    public ReadOnlyMatrixSpan(ReadOnlySpan<float> values, int rows, int columns)
        : this(values, rows, columns, columns)
    {
    }

    public int Rows { get; }

    public int Columns { get; }

    public int Stride { get; }

    /// <summary>Gets the first value of a row.</summary>
    public ref float Row(int row) => ref Unsafe.Add(ref _first, (nint)row * Stride);

    public float this[int row, int column] => Unsafe.Add(ref Row(row), column);
}

/// <summary>A matrix to write: rows of contiguous values, a fixed stride apart.</summary>
internal readonly ref struct MatrixSpan
{
    private readonly ref float _first;

    public MatrixSpan(Span<float> values, int rows, int columns, int stride)
    {
        MatrixBounds.Check(values.Length, rows, columns, stride);
        _first = ref MemoryMarshal.GetReference(values);
        Rows = rows;
        Columns = columns;
        Stride = stride;
    }

    public MatrixSpan(Span<float> values, int rows, int columns)
        : this(values, rows, columns, columns)
    {
    }

    public int Rows { get; }

    public int Columns { get; }

    public int Stride { get; }

    /// <summary>Gets the first value of a row.</summary>
    public ref float Row(int row) => ref Unsafe.Add(ref _first, (nint)row * Stride);

    public ref float this[int row, int column] => ref Unsafe.Add(ref Row(row), column);
}

internal static class MatrixBounds
{
    public static void Check(int length, int rows, int columns, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, columns);
        if (rows > 0 && ((long)(rows - 1) * stride) + columns > length)
        {
            throw new ArgumentException($"A matrix of {rows} x {columns}, stride {stride}, does not fit {length} values.");
        }
    }
}
