using System.Buffers.Binary;

namespace CustomTransport;

/// <summary>The framing of this transport: a message's length as a little-endian int32, then the message.</summary>
internal static class Frame
{
    public static async ValueTask WriteAsync(Stream stream, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        byte[] length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, message.Length);
        await stream.WriteAsync(length, cancellationToken);
        await stream.WriteAsync(message, cancellationToken);
    }

    /// <summary>Reads one message; refuses a length beyond the limit before it allocates.</summary>
    public static async ValueTask<byte[]> ReadAsync(Stream stream, int limit, CancellationToken cancellationToken)
    {
        byte[] length = new byte[sizeof(int)];
        await stream.ReadExactlyAsync(length, cancellationToken);
        int count = BinaryPrimitives.ReadInt32LittleEndian(length);
        byte[] message = count >= 0 && count <= limit ? new byte[count] : throw new IOException($"A frame of {count} bytes was announced; at most {limit} are accepted.");
        await stream.ReadExactlyAsync(message, cancellationToken);
        return message;
    }
}
