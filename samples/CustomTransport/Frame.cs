using System.Buffers;
using System.Buffers.Binary;

namespace CustomTransport;

/// <summary>The framing of this transport: the length of a message as a little-endian int32, then the message.</summary>
internal static class Frame
{
    public static async ValueTask WriteAsync(Stream stream, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        byte[] length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, message.Length);
        await stream.WriteAsync(length, cancellationToken);
        await stream.WriteAsync(message, cancellationToken);
    }

    /// <summary>Reads one message into a buffer that grows with the bytes that arrive, so that a peer cannot choose how much is allocated.</summary>
    /// <exception cref="IOException">The declared length exceeds the limit, or the stream ended before the message did.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(Stream stream, int limit, CancellationToken cancellationToken)
    {
        byte[] length = new byte[sizeof(int)];
        await stream.ReadExactlyAsync(length, cancellationToken);
        int count = BinaryPrimitives.ReadInt32LittleEndian(length);
        if (count < 0 || count > limit)
        {
            throw new IOException($"The peer declared a frame of {count} bytes; the maximum is {limit}.");
        }

        var message = new ArrayBufferWriter<byte>();
        while (message.WrittenCount < count)
        {
            Memory<byte> free = message.GetMemory();
            int read = await stream.ReadAsync(free[..Math.Min(free.Length, count - message.WrittenCount)], cancellationToken);
            if (read == 0)
            {
                throw new EndOfStreamException($"The connection ended after {message.WrittenCount} of {count} bytes.");
            }

            message.Advance(read);
        }

        return message.WrittenMemory;
    }
}
