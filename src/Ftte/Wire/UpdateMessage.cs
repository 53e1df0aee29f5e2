using System.Buffers;

namespace Ftte.Wire;

/// <summary>An update as bytes: what it says about itself, and its packed values without indices.</summary>
/// <remarks>Thread-safe: nothing is kept between calls.</remarks>
public static class UpdateMessage
{
    private const int FixedLength = sizeof(ulong) + sizeof(ulong) + sizeof(long) + sizeof(ulong) + sizeof(int) + sizeof(int) + sizeof(byte);

    /// <summary>Gets the number of bytes that <see cref="Write"/> writes, without writing them.</summary>
    /// <param name="valueCount">The number of packed values.</param>
    /// <param name="format">How the values travel.</param>
    /// <param name="client">The device.</param>
    /// <param name="content">What the values are; those of <see cref="UpdateContent.Importance"/> travel as float32 whatever the format.</param>
    /// <returns>The number of bytes; may exceed what one message can have.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative or the format not defined.</exception>
    public static long GetLength(int valueCount, ValueFormat format, ClientId client, UpdateContent content = UpdateContent.Difference)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(valueCount);
        return Envelope.GetLength(GetHeaderLength(client), valueCount, FormatOf(content, format));
    }

    /// <summary>Writes an update. Values that are NaN or infinite travel, for the server to reject with its reason.</summary>
    /// <param name="writer">Receives the bytes, in pieces of a few KiB.</param>
    /// <param name="update">The update, borrowed.</param>
    /// <param name="format">
    /// How the values travel. Those of <see cref="UpdateContent.Importance"/> travel as <see cref="ValueFormat.Float32"/> whatever is asked for: they are
    /// few, and the small ones would not survive sharing a scale with the large ones.
    /// </param>
    /// <param name="seed">
    /// The seed of stochastic rounding, used by <see cref="ValueFormat.Int8"/> only. Two updates must not share one:
    /// <see cref="WireMessage.GetSeed"/> makes it from their names, so that sending an update again sends the same bytes.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The client is nameless, a version negative, an enum value not defined, or the message would exceed <see cref="int.MaxValue"/> bytes.
    /// Nothing was written.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The update was disposed.</exception>
    public static void Write(IBufferWriter<byte> writer, SparseUpdate update, ValueFormat format, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(update);
        ReadOnlySpan<float> values = update.Values.Span;
        UpdateHeader header = update.Header;
        var message = new MessageWriter(writer, MessageKind.Update, GetHeaderLength(header.Client), values.Length, FormatOf(header.Content, format));
        message.UInt64(header.LayoutFingerprint);
        message.UInt64(header.Id.Value);
        message.Int64("base version", header.BaseVersion.Number);
        message.UInt64(header.BaseFingerprint);
        message.Int32("selection version", header.SelectionVersion.Number);
        message.Int32("example count", header.ExampleCount, least: 1);
        message.Enum("content", header.Content);
        message.Client(header.Client);
        message.EndHeader();
        for (int at = 0; at < values.Length; at += ValueCodec.Chunk)
        {
            message.Values(values.Slice(at, Math.Min(ValueCodec.Chunk, values.Length - at)), at, seed);
        }

        message.End();
    }

    /// <summary>Reads an update.</summary>
    /// <param name="message">The whole message and nothing else.</param>
    /// <param name="limits">What is accepted at most; null for the defaults. A server should use <see cref="WireLimits.For"/>.</param>
    /// <param name="pool">Where the update's buffer comes from, once everything has been checked; null for the shared pool.</param>
    /// <returns>The update, owned by the caller; dispose it once it has been handed in.</returns>
    /// <remarks>Whether the values are finite and as many as the selection has is for the server to say; its receipt gives the reason.</remarks>
    /// <exception cref="WireFormatException">The bytes are not such a message. No buffer is left rented.</exception>
    public static SparseUpdate Read(ReadOnlySpan<byte> message, WireLimits? limits = null, MemoryPool<float>? pool = null)
    {
        Envelope envelope = Envelope.Open(message, MessageKind.Update, limits ?? WireLimits.Default);
        var fields = new FieldReader(envelope.Header);
        ulong fingerprint = fields.UInt64();
        ulong id = fields.UInt64();
        long baseVersion = fields.Int64("base version");
        ulong baseFingerprint = fields.UInt64();
        int selectionVersion = fields.Int32("selection version");
        int exampleCount = fields.Int32("example count", least: 1);
        UpdateContent content = fields.Enum<UpdateContent>("content");
        ClientId client = fields.Client();
        fields.End();
        if (envelope.Format != FormatOf(content, envelope.Format))
        {
            throw new WireFormatException(WireError.Inconsistent,
                $"The message carries importance as {envelope.Format}; it travels as {ValueFormat.Float32} only. The sender is at fault.");
        }

        ValueCodec.CheckScales(envelope.Payload, envelope.Format);

        pool ??= MemoryPool<float>.Shared;
        if (envelope.ValueCount > pool.MaxBufferSize)
        {
            throw new WireFormatException(WireError.LimitExceeded,
                $"The message carries {envelope.ValueCount} values, the pool lends at most {pool.MaxBufferSize}. Give a pool for larger buffers.");
        }

        IMemoryOwner<float> values = pool.Rent(Math.Max(1, envelope.ValueCount));
        try
        {
            ValueCodec.Decode(envelope.Payload, 0, envelope.Format, values.Memory.Span[..envelope.ValueCount]);
        }
        catch
        {
            values.Dispose();
            throw;
        }

        var header = new UpdateHeader(
            client, new UpdateId(id), fingerprint, new ModelVersion(baseVersion), new SelectionVersion(selectionVersion), exampleCount, content, baseFingerprint);
        return new SparseUpdate(header, values, envelope.ValueCount);
    }

    /// <summary>Says how values travel; a format that is not defined passes, to be refused like everywhere.</summary>
    private static ValueFormat FormatOf(UpdateContent content, ValueFormat asked) =>
        content == UpdateContent.Importance && Enum.IsDefined(asked) ? ValueFormat.Float32 : asked;

    private static int GetHeaderLength(ClientId client) => FixedLength + MessageWriter.GetClientLength(client);
}
