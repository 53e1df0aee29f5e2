using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Ftte.Privacy.Cryptography;

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Adds the keystreams of several keys to values, modulo 2^32, or subtracts them. Not thread-safe.</summary>
/// <remarks>Memory: one buffer of <see cref="BufferLength"/> values and a key per mask, independent of the number of values.</remarks>
internal sealed class MaskSet : IDisposable
{
    /// <summary>The number of values per step, 16 KiB.</summary>
    public const int BufferLength = 4096;

    private const int ValuesPerBlock = CounterModeGenerator.BlockLength / sizeof(uint);

    private readonly List<(CounterModeGenerator Generator, bool IsAdded)> _masks = [];
    private readonly uint[] _stream = new uint[BufferLength + ValuesPerBlock];

    /// <summary>Adds a mask.</summary>
    /// <param name="key">The key of the mask.</param>
    /// <param name="isAdded">True to add the mask to values, false to subtract it.</param>
    public void Include(ReadOnlySpan<byte> key, bool isAdded) => _masks.Add((new CounterModeGenerator(key), isAdded));

    /// <summary>Applies all masks to a range of values.</summary>
    /// <param name="start">The index of the first value.</param>
    /// <param name="values">The values.</param>
    public void Apply(int start, Span<uint> values)
    {
        while (!values.IsEmpty)
        {
            Span<uint> part = values[..Math.Min(values.Length, BufferLength)];
            int skipped = start % ValuesPerBlock;
            Span<uint> stream = _stream.AsSpan(0, skipped + part.Length);
            foreach ((CounterModeGenerator generator, bool isAdded) in _masks)
            {
                generator.Seek(start / ValuesPerBlock);
                generator.Fill(MemoryMarshal.AsBytes(stream));
                Fold(stream[skipped..], isAdded, part);
            }

            start += part.Length;
            values = values[part.Length..];
        }
    }

    public void Dispose() => _masks.ForEach(mask => mask.Generator.Dispose());

    /// <summary>Adds a keystream, whose words are little-endian, to values, or subtracts it.</summary>
    private static void Fold(Span<uint> stream, bool isAdded, Span<uint> values)
    {
        if (!BitConverter.IsLittleEndian)
        {
            System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(stream, stream);
        }

        if (isAdded)
        {
            TensorPrimitives.Add(values, stream, values);
        }
        else
        {
            TensorPrimitives.Subtract(values, stream, values);
        }
    }
}
