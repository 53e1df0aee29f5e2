using System.Numerics.Tensors;

namespace Ftte.Wire;

/// <summary>Decodes packed parameters as their bytes arrive, directly into a device's vector.</summary>
/// <remarks>
/// The values are written before the digest of all bytes can be verified. Until it is, the vector contains a mixture of two versions and must not be used as either: see
/// <see cref="IFederatedServer.CheckOutAsync"/>. Not thread-safe. Allocates a few KiB, whatever the size of the model.
/// </remarks>
public sealed class ParameterBlobDecoder
{
    private readonly Memory<float> _parameters;
    private readonly ParameterSelection _selection;
    private readonly ValueFormat _format;
    private readonly byte[] _chunk;
    private RangeCursor _cursor;
    private int _nextIndex;
    private int _held;

    /// <summary>Creates a decoder.</summary>
    /// <param name="parameters">The device's whole flat vector. The coordinates of the selection are overwritten.</param>
    /// <param name="selection">The coordinates that the bytes contain.</param>
    /// <param name="format">The format of the values.</param>
    /// <exception cref="ArgumentException">The vector has another length than the selection's, or the format is not defined.</exception>
    public ParameterBlobDecoder(Memory<float> parameters, ParameterSelection selection, ValueFormat format)
    {
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentOutOfRangeException.ThrowIfNotEqual(parameters.Length, selection.ParameterCount, nameof(parameters));
        (_parameters, _selection, _format) = (parameters, selection, format);
        _chunk = new byte[(int)ValueCodec.GetLength(ValueCodec.Chunk, format)];
        _cursor = new RangeCursor(selection);
    }

    /// <summary>Gets the number of bytes that were decoded or are held until the rest of their group arrives.</summary>
    public long Position => ValueCodec.GetLength(_nextIndex, _format) + _held;

    /// <summary>Gets the number of bytes of all values.</summary>
    public long Length => ValueCodec.GetLength(_selection.Count, _format);

    /// <summary>Decodes the next bytes.</summary>
    /// <param name="bytes">The bytes that follow those before, any number.</param>
    /// <exception cref="WireFormatException">There are more bytes than <see cref="Length"/>, a scale is not valid, or a parameter is NaN or infinite.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Length - Position)
        {
            throw new WireFormatException(WireError.Inconsistent,
                $"More than the {Length} bytes of {_selection.Count} values as {_format} arrived. Correct the sender.");
        }

        while (!bytes.IsEmpty)
        {
            int count = Math.Min(ValueCodec.Chunk, _selection.Count - _nextIndex);
            int length = (int)ValueCodec.GetLength(count, _format);
            if (_held == 0 && bytes.Length >= length)
            {
                Decode(bytes[..length], count);
                bytes = bytes[length..];
                continue;
            }

            int taken = Math.Min(length - _held, bytes.Length);
            bytes[..taken].CopyTo(_chunk.AsSpan(_held));
            bytes = bytes[taken..];
            _held += taken;
            if (_held == length)
            {
                _held = 0;
                Decode(_chunk.AsSpan(0, length), count);
            }
        }
    }

    private void Decode(ReadOnlySpan<byte> chunk, int count)
    {
        Span<float> values = stackalloc float[ValueCodec.Chunk];
        values = values[..count];
        ValueCodec.CheckScales(chunk, _format);
        ValueCodec.Decode(chunk, 0, _format, values);
        if (!TensorPrimitives.IsFiniteAll<float>(values))
        {
            throw new WireFormatException(WireError.BadValue,
                $"A parameter among the {count} from packed index {_nextIndex} is NaN or infinite. Models must be finite. Check the server's model.");
        }

        _cursor.Scatter(values, _parameters.Span);
        _nextIndex += count;
    }
}
