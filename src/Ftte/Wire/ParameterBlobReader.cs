namespace Ftte.Wire;

/// <summary>Reads the packed parameters of a model as bytes, piece by piece and from any offset, without a packed copy.</summary>
/// <remarks>The bytes are the values of a message in the same format; see <c>docs/wire-format.md</c>. Not thread-safe. The memory does not depend on the size of the model.</remarks>
public sealed class ParameterBlobReader
{
    private readonly ReadOnlyMemory<float> _parameters;
    private readonly ParameterSelection _selection;
    private readonly ValueFormat _format;
    private readonly ulong _seed;
    private readonly float[] _values = new float[ValueCodec.Chunk];
    private readonly byte[] _chunk;
    private RangeCursor _cursor;
    private int _nextIndex;
    private int _chunkLength;
    private int _taken;

    /// <summary>Creates a reader.</summary>
    /// <param name="parameters">The whole flat vector, borrowed. It must not change while it is read.</param>
    /// <param name="selection">The coordinates to pack.</param>
    /// <param name="format">The format of the values.</param>
    /// <param name="seed">The seed of stochastic rounding, used by <see cref="ValueFormat.Int8"/> only. The same seed results in the same bytes.</param>
    /// <param name="offset">The offset of the first byte to read.</param>
    /// <exception cref="ArgumentException">The vector has another length than the selection's, the format is not defined, or the offset is not within the bytes.</exception>
    public ParameterBlobReader(ReadOnlyMemory<float> parameters, ParameterSelection selection, ValueFormat format, ulong seed, long offset = 0)
    {
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentOutOfRangeException.ThrowIfNotEqual(parameters.Length, selection.ParameterCount, nameof(parameters));
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, GetLength(selection.Count, format));
        (_parameters, _selection, _format, _seed) = (parameters, selection, format, seed);
        int chunkBytes = (int)ValueCodec.GetLength(ValueCodec.Chunk, format);
        _chunk = new byte[chunkBytes];
        _cursor = new RangeCursor(selection);
        _nextIndex = (int)Math.Min(offset / chunkBytes * ValueCodec.Chunk, selection.Count);
        _cursor.Skip(_nextIndex);
        int within = (int)(offset % chunkBytes);
        if (within > 0)
        {
            _chunkLength = Encode(_chunk);
            _taken = within;
        }
    }

    /// <summary>Returns the number of bytes of packed parameters.</summary>
    /// <param name="count">The number of values.</param>
    /// <param name="format">The format of the values.</param>
    /// <returns>The number of bytes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative or the format is not defined.</exception>
    public static long GetLength(int count, ValueFormat format)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return ValueCodec.GetLength(count, format);
    }

    /// <summary>Reads the next bytes.</summary>
    /// <param name="destination">Receives the bytes.</param>
    /// <returns>The number of bytes: the length of the destination, fewer at the end, 0 after the last byte.</returns>
    public int Read(Span<byte> destination)
    {
        int length = destination.Length;
        while (!destination.IsEmpty && (_taken < _chunkLength || _nextIndex < _selection.Count))
        {
            if (_taken == _chunkLength && destination.Length >= _chunk.Length)
            {
                destination = destination[Encode(destination)..];
                continue;
            }

            if (_taken == _chunkLength)
            {
                (_chunkLength, _taken) = (Encode(_chunk), 0);
            }

            int count = Math.Min(_chunkLength - _taken, destination.Length);
            _chunk.AsSpan(_taken, count).CopyTo(destination);
            _taken += count;
            destination = destination[count..];
        }

        return length - destination.Length;
    }

    private int Encode(Span<byte> destination)
    {
        Span<float> values = _values.AsSpan(0, Math.Min(ValueCodec.Chunk, _selection.Count - _nextIndex));
        int length = (int)ValueCodec.GetLength(values.Length, _format);
        _cursor.Gather(_parameters.Span, values);
        ValueCodec.Encode(values, _nextIndex, _format, _seed, destination[..length]);
        _nextIndex += values.Length;
        return length;
    }
}
