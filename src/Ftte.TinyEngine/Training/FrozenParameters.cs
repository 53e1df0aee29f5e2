using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Ftte.TinyEngine;

/// <summary>How frozen parameters are held in memory.</summary>
public enum FrozenFormat
{
    /// <summary>As they are, 4 bytes each; read in place.</summary>
    Float32,

    /// <summary>Rounded to bfloat16, 2 bytes each.</summary>
    BFloat16,

    /// <summary>Rounded to 8 bits with one scale per output channel; about 1 byte each. Vectors, such as biases, stay float32.</summary>
    Int8,
}

/// <summary>The parameters that training reads and does not change, in a format that suits the device's memory.</summary>
/// <remarks>
/// Parameters that are trained are always float32 and held apart, so what is frozen can be stored in less, or stay in a file and be paged in as it is
/// read. Safe to read from any number of threads.
/// </remarks>
public abstract class FrozenParameters : IDisposable
{
    private protected FrozenParameters(int count) => Count = count;

    /// <summary>Gets the number of parameters.</summary>
    public int Count { get; }

    /// <summary>Gets the bytes of memory held; those of a mapped file are not counted, as the system takes them back when it needs memory.</summary>
    public abstract long Bytes { get; }

    /// <summary>Gets the parameters as one float32 vector, if they are held so.</summary>
    internal virtual unsafe float* Pointer => null;

    /// <summary>Gets whether <see cref="Pointer"/> is there.</summary>
    internal virtual bool IsReadInPlace => false;

    /// <summary>Uses a vector as it is.</summary>
    /// <param name="parameters">The flat vector, borrowed; it must not change while training reads it. Pinned until disposed.</param>
    /// <returns>The parameters.</returns>
    public static FrozenParameters Of(ReadOnlyMemory<float> parameters) => new FrozenVector(parameters);

    /// <summary>Makes a smaller copy.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="format">How to hold it.</param>
    /// <returns>The copy.</returns>
    /// <exception cref="ArgumentException">The vector is not the network's, or a value is not finite and the format is int8.</exception>
    public static FrozenParameters Compress(Network network, ReadOnlySpan<float> parameters, FrozenFormat format)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (parameters.Length != network.Layout.ParameterCount)
        {
            throw new ArgumentException($"The network has {network.Layout.ParameterCount} parameters, the vector {parameters.Length}.", nameof(parameters));
        }

        return format switch
        {
            FrozenFormat.Float32 => new FrozenVector(parameters.ToArray()),
            FrozenFormat.BFloat16 => new FrozenBFloat16(parameters),
            FrozenFormat.Int8 => new FrozenInt8(network.Layout, parameters),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "There is no such format."),
        };
    }

    /// <summary>Reads the parameters from a file as they are needed.</summary>
    /// <param name="network">The network.</param>
    /// <param name="path">A file of the flat vector: its float32 values, little-endian, and nothing else.</param>
    /// <returns>The parameters.</returns>
    /// <exception cref="InvalidDataException">The file does not have the size of the vector.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static FrozenParameters Map(Network network, string path)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        long expected = sizeof(float) * (long)network.Layout.ParameterCount, actual = new FileInfo(path).Length;
        if (actual != expected)
        {
            throw new InvalidDataException($"{path} has {actual} bytes; the {network.Layout.ParameterCount} float32 parameters of the network take {expected}. Write the flat vector anew.");
        }

        return new FrozenFile(path, network.Layout.ParameterCount);
    }

    /// <summary>Reads some parameters.</summary>
    /// <param name="start">The first coordinate in the flat vector.</param>
    /// <param name="destination">Receives its length of values.</param>
    public abstract void CopyTo(int start, Span<float> destination);

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives back what is held.</summary>
    /// <param name="disposing">Whether <see cref="IDisposable.Dispose"/> was called.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>A vector, pinned.</summary>
internal sealed unsafe class FrozenVector(ReadOnlyMemory<float> parameters) : FrozenParameters(parameters.Length)
{
    private MemoryHandle _pin = parameters.Pin();

    public override long Bytes => sizeof(float) * (long)Count;

    internal override float* Pointer => (float*)_pin.Pointer;

    internal override bool IsReadInPlace => true;

    public override void CopyTo(int start, Span<float> destination) => parameters.Span.Slice(start, destination.Length).CopyTo(destination);

    protected override void Dispose(bool disposing)
    {
        _pin.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Values rounded to the upper 16 bits of a float32, to nearest, ties to even.</summary>
internal sealed class FrozenBFloat16 : FrozenParameters
{
    private readonly ushort[] _values;

    public FrozenBFloat16(ReadOnlySpan<float> parameters)
        : base(parameters.Length)
    {
        _values = new ushort[parameters.Length];
        for (int i = 0; i < _values.Length; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(parameters[i]);
            uint rounded = bits + 0x7FFF + ((bits >> 16) & 1);
            _values[i] = (ushort)((float.IsNaN(parameters[i]) ? bits | 0x400000 : rounded) >> 16);
        }
    }

    public override long Bytes => sizeof(ushort) * (long)Count;

    public override void CopyTo(int start, Span<float> destination)
    {
        ReadOnlySpan<ushort> source = _values.AsSpan(start, destination.Length);
        for (int i = 0; i < source.Length; i++)
        {
            destination[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
        }
    }
}

/// <summary>Matrices in 8 bits with one scale per column, which is an output channel; vectors as float32.</summary>
internal sealed class FrozenInt8 : FrozenParameters
{
    private readonly ParameterBlock[] _blocks;
    private readonly sbyte[]?[] _codes;
    private readonly float[][] _scales;

    public FrozenInt8(ParameterLayout layout, ReadOnlySpan<float> parameters)
        : base(parameters.Length)
    {
        _blocks = [.. layout.Blocks];
        _codes = new sbyte[]?[_blocks.Length];
        _scales = new float[_blocks.Length][];
        for (int b = 0; b < _blocks.Length; b++)
        {
            ReadOnlySpan<float> values = parameters.Slice(_blocks[b].Range.Start, _blocks[b].Range.Length);
            if (values.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            {
                throw new ArgumentException($"Block '{_blocks[b].Name}' has a value that is not finite, which 8 bits cannot hold.", nameof(parameters));
            }

            if (_blocks[b].Shape.Length < 2)
            {
                _scales[b] = values.ToArray();
                continue;
            }

            (_codes[b], _scales[b]) = Quantize(values, _blocks[b].Shape[^1]);
        }
    }

    public override long Bytes => _codes.Sum(c => (long)(c?.Length ?? 0)) + _scales.Sum(s => sizeof(float) * (long)s.Length);

    public override void CopyTo(int start, Span<float> destination)
    {
        int b = BlockAt(start);
        while (destination.Length > 0)
        {
            int at = start - _blocks[b].Range.Start;
            int count = Math.Min(destination.Length, _blocks[b].Range.Length - at);
            Decode(b, at, destination[..count]);
            destination = destination[count..];
            start += count;
            b++;
        }
    }

    private static (sbyte[] Codes, float[] Scales) Quantize(ReadOnlySpan<float> values, int columns)
    {
        float[] scales = new float[columns];
        for (int row = 0; row < values.Length; row += columns)
        {
            TensorPrimitives.MaxMagnitude(scales, values.Slice(row, columns), scales);
        }

        TensorPrimitives.Abs(scales, scales);
        TensorPrimitives.Divide(scales, 127, scales);
        sbyte[] codes = new sbyte[values.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            float scale = scales[i % columns];
            codes[i] = scale > 0 ? (sbyte)Math.Clamp(MathF.Round(values[i] / scale), -127, 127) : (sbyte)0;
        }

        return (codes, scales);
    }

    private void Decode(int block, int at, Span<float> destination)
    {
        if (_codes[block] is not { } codes)
        {
            _scales[block].AsSpan(at, destination.Length).CopyTo(destination);
            return;
        }

        float[] scales = _scales[block];
        int column = at % scales.Length;
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = codes[at + i] * scales[column];
            column = column + 1 == scales.Length ? 0 : column + 1;
        }
    }

    private int BlockAt(int coordinate)
    {
        int low = 0, high = _blocks.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = _blocks[middle].Range.Start <= coordinate ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}

/// <summary>A file, mapped: the system pages it in as it is read and drops it when memory is short.</summary>
internal sealed unsafe class FrozenFile : FrozenParameters
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _pointer;

    public FrozenFile(string path, int count)
        : base(count)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, sizeof(float) * (long)count, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _pointer);
        _pointer += _view.PointerOffset;
    }

    public override long Bytes => 0;

    internal override float* Pointer => BitConverter.IsLittleEndian ? (float*)_pointer : null;

    internal override bool IsReadInPlace => BitConverter.IsLittleEndian;

    public override void CopyTo(int start, Span<float> destination)
    {
        var bytes = new ReadOnlySpan<byte>(_pointer + (sizeof(float) * (long)start), sizeof(float) * destination.Length);
        bytes.CopyTo(MemoryMarshal.AsBytes(destination));
        if (!BitConverter.IsLittleEndian)
        {
            Span<int> words = MemoryMarshal.Cast<float, int>(destination);
            System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(words, words);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _pointer is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _pointer = null;
            _view.Dispose();
            _file.Dispose();
        }

        base.Dispose(disposing);
    }
}
