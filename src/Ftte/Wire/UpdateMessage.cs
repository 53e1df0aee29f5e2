using System.Buffers;

namespace Ftte.Wire;

/// <summary>Writes and reads messages that contain an update: its header, and its packed values without indices.</summary>
/// <remarks>Stateless and thread-safe.</remarks>
public static class UpdateMessage
{
    private const int FixedLength = sizeof(ulong) + sizeof(ulong) + sizeof(long) + sizeof(ulong) + sizeof(int) + sizeof(int) + sizeof(byte);

    /// <summary>Returns the number of bytes that <see cref="Write"/> writes.</summary>
    /// <param name="valueCount">The number of packed values.</param>
    /// <param name="format">The format of the values.</param>
    /// <param name="client">The ID of the client.</param>
    /// <param name="content">The content of the values. <see cref="UpdateContent.Importance"/> and <see cref="UpdateContent.Evaluation"/> are always sent as float32.</param>
    /// <returns>The number of bytes; may exceed the maximum length of a message.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative or the format is not defined.</exception>
    public static long GetLength(int valueCount, ValueFormat format, ClientId client, UpdateContent content = UpdateContent.Difference)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(valueCount);
        return Envelope.GetLength(GetHeaderLength(client), valueCount, FormatOf(content, format));
    }

    /// <summary>Writes an update. NaN and infinite values are written too, so that the server rejects them with a reason.</summary>
    /// <param name="writer">Receives the bytes, in pieces of a few KiB.</param>
    /// <param name="update">The update, borrowed.</param>
    /// <param name="format">
    /// The format of the values. <see cref="UpdateContent.Importance"/> and <see cref="UpdateContent.Evaluation"/> are always written as <see cref="ValueFormat.Float32"/>,
    /// because they have few values and small ones would be lost if they shared a scale with large ones.
    /// </param>
    /// <param name="seed">
    /// The seed of stochastic rounding, used by <see cref="ValueFormat.Int8"/> only. Two updates must not share a seed:
    /// <see cref="WireMessage.GetSeed"/> computes it from the IDs, so that a retry sends the same bytes.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The client ID is empty, a version is negative, an enum value is undefined, or the message would exceed <see cref="int.MaxValue"/> bytes.
    /// Nothing was written.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The update was disposed.</exception>
    public static void Write(IBufferWriter<byte> writer, SparseUpdate update, ValueFormat format, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(update);
        ReadOnlySpan<float> values = update.Values.Span;
        UpdateHeader header = update.Header;
        var message = new MessageWriter(writer, MessageKind.Update, GetHeaderLength(header.Client), values.Length, FormatOf(header.Content, format));
        WriteHeader(ref message, header);
        for (int at = 0; at < values.Length; at += ValueCodec.Chunk)
        {
            message.Values(values.Slice(at, Math.Min(ValueCodec.Chunk, values.Length - at)), at, seed);
        }

        message.End();
    }

    /// <summary>Writes an update in the shortest format that restores every bit.</summary>
    internal static byte[] WriteLossless(SparseUpdate update)
    {
        UpdateHeader header = update.Header;
        ReadOnlySpan<float> values = update.Values.Span;
        var encoded = new ArrayBufferWriter<byte>(Math.Max(1, values.Length * sizeof(float)));
        ValueFormat format = header.Content is UpdateContent.Difference or UpdateContent.Trained ? LosslessValues.Write(encoded, values) : ValueFormat.Float32;
        var output = new ArrayBufferWriter<byte>((int)GetLength(values.Length, format, header.Client, header.Content));
        if (encoded.WrittenCount == 0)
        {
            Write(output, update, format, seed: 0);
        }
        else
        {
            var message = new MessageWriter(output, MessageKind.Update, GetHeaderLength(header.Client), values.Length, format);
            WriteHeader(ref message, header);
            message.Encoded(encoded.WrittenSpan);
            message.End();
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>Reads an update.</summary>
    /// <param name="message">The whole message and nothing else.</param>
    /// <param name="limits">The limits; null for the defaults. A server should use <see cref="WireLimits.For"/>.</param>
    /// <param name="pool">The pool to rent the buffer from after validation; null for the shared pool.</param>
    /// <returns>The update, owned by the caller. Dispose it after it has been submitted.</returns>
    /// <remarks>Does not validate that the values are finite and match the selection. The server does, and its receipt states the reason.</remarks>
    /// <exception cref="WireFormatException">The bytes are not a valid update. No buffer remains rented.</exception>
    public static SparseUpdate Read(ReadOnlySpan<byte> message, WireLimits? limits = null, MemoryPool<float>? pool = null)
    {
        Envelope envelope = Envelope.Open(message, MessageKind.Update, limits ?? WireLimits.Default);
        var fields = new FieldReader(envelope.Header);
        ulong fingerprint = fields.UInt64();
        ulong id = fields.UInt64();
        long baseVersion = fields.Int64("base version");
        ulong baseFingerprint = fields.UInt64();
        int selectionVersion = fields.Int32("selection version");
        int exampleCount = fields.Int32("example count", min: 1);
        UpdateContent content = fields.Enum<UpdateContent>("content");
        ClientId client = fields.Client();
        fields.End();
        if (envelope.Format != FormatOf(content, envelope.Format))
        {
            throw new WireFormatException(WireError.Inconsistent,
                $"The message contains {content} as {envelope.Format}, which must be {ValueFormat.Float32}. Correct the sender.");
        }

        ValueCodec.CheckScales(envelope.Payload, envelope.Format);

        pool ??= MemoryPool<float>.Shared;
        if (envelope.ValueCount > pool.MaxBufferSize)
        {
            throw new WireFormatException(WireError.LimitExceeded,
                $"The message contains {envelope.ValueCount} values, but the maximum buffer size of the pool is {pool.MaxBufferSize}. Specify a pool with larger buffers.");
        }

        IMemoryOwner<float> values = pool.Rent(Math.Max(1, envelope.ValueCount));
        ValueCodec.Decode(envelope.Payload, 0, envelope.Format, values.Memory.Span[..envelope.ValueCount]);
        var header = new UpdateHeader(
            client, new UpdateId(id), fingerprint, new ModelVersion(baseVersion), new SelectionVersion(selectionVersion), exampleCount, content, baseFingerprint);
        return new SparseUpdate(header, values, envelope.ValueCount);
    }

    private static void WriteHeader(ref MessageWriter message, in UpdateHeader header)
    {
        message.UInt64(header.LayoutFingerprint);
        message.UInt64(header.Id.Value);
        message.Int64("base version", header.BaseVersion.Number);
        message.UInt64(header.BaseFingerprint);
        message.Int32("selection version", header.SelectionVersion.Number);
        message.Int32("example count", header.ExampleCount, min: 1);
        message.Enum("content", header.Content);
        message.Client(header.Client);
        message.EndHeader();
    }

    /// <summary>Returns the format of the values of a content. Returns undefined formats unchanged, because callers reject them.</summary>
    private static ValueFormat FormatOf(UpdateContent content, ValueFormat requested) =>
        (content is UpdateContent.Importance or UpdateContent.Evaluation) && Enum.IsDefined(requested) ? ValueFormat.Float32 : requested;

    private static int GetHeaderLength(ClientId client) => FixedLength + MessageWriter.GetClientLength(client);
}
