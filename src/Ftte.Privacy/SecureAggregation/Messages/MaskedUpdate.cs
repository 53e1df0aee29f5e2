using System.Buffers.Binary;

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Represents the second answer of a member: its weighted, quantized values plus its masks, computed while they are read.</summary>
/// <remarks>A range may be read several times, such as to repeat an interrupted upload, with the same result. Not thread-safe.</remarks>
public sealed class MaskedUpdate
{
    private readonly Action<int, Memory<uint>> _read;

    internal MaskedUpdate(int count, int bytesPerValue, Action<int, Memory<uint>> read) => (Count, BytesPerValue, _read) = (count, bytesPerValue, read);

    /// <summary>Gets the number of values.</summary>
    public int Count { get; }

    /// <summary>Gets the number of bytes per value, 3 or 4.</summary>
    public int BytesPerValue { get; }

    /// <summary>Creates a masked update from its bytes, as the server receives it.</summary>
    /// <param name="bytes">The values, little-endian. Borrowed while the update is read.</param>
    /// <param name="count">The number of values that the cohort has.</param>
    /// <param name="bytesPerValue">The number of bytes per value of the cohort, 3 or 4.</param>
    /// <returns>The update.</returns>
    /// <exception cref="SecureAggregationException">The number of bytes is wrong.</exception>
    public static MaskedUpdate FromBytes(ReadOnlyMemory<byte> bytes, int count, int bytesPerValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (bytesPerValue is not (3 or 4))
        {
            throw new ArgumentOutOfRangeException(nameof(bytesPerValue), bytesPerValue, "A masked value has 3 or 4 bytes.");
        }

        if (bytes.Length != (long)count * bytesPerValue)
        {
            throw new SecureAggregationException(CohortRefusal.Mismatch, $"The masked update has {bytes.Length} bytes, but {count} values of {bytesPerValue} bytes are expected. Correct the sender.");
        }

        return new MaskedUpdate(count, bytesPerValue, (start, destination) =>
        {
            ReadOnlySpan<byte> source = bytes.Span.Slice(start * bytesPerValue, destination.Length * bytesPerValue);
            Span<uint> values = destination.Span;
            for (int i = 0; i < values.Length; i++)
            {
                ReadOnlySpan<byte> at = source[(i * bytesPerValue)..];
                values[i] = bytesPerValue == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at) | ((uint)at[2] << 16);
            }
        });
    }

    /// <summary>Reads masked values.</summary>
    /// <param name="start">The index of the first value.</param>
    /// <param name="destination">Receives the values. With 3 bytes per value, the highest byte is zero.</param>
    public void Read(int start, Memory<uint> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Count - destination.Length);
        _read(start, destination);
    }

    /// <summary>Writes masked values as bytes, little-endian, for an upload.</summary>
    /// <param name="values">The values from <see cref="Read"/>.</param>
    /// <param name="destination">Receives <see cref="BytesPerValue"/> bytes per value.</param>
    public void Encode(ReadOnlySpan<uint> values, Span<byte> destination)
    {
        for (int i = 0; i < values.Length; i++)
        {
            Span<byte> at = destination[(i * BytesPerValue)..];
            if (BytesPerValue == 4)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(at, values[i]);
            }
            else
            {
                BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)values[i]);
                at[2] = (byte)(values[i] >> 16);
            }
        }
    }
}
