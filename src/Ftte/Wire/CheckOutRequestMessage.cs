using System.Buffers;

namespace Ftte.Wire;

/// <summary>Writes and reads messages that contain a device's request for work.</summary>
/// <remarks>Stateless and thread-safe.</remarks>
public static class CheckOutRequestMessage
{
    private const int FixedLength = sizeof(ulong) + sizeof(long) + sizeof(long) + sizeof(ulong) + sizeof(byte);

    private const byte CanProbe = 1, CanEvaluate = 2, NeverTrains = 4;

    /// <summary>Returns the number of bytes that <see cref="Write"/> writes.</summary>
    /// <param name="device">The request.</param>
    /// <returns>The number of bytes.</returns>
    public static long GetLength(CheckOutRequest device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return Envelope.GetLength(GetHeaderLength(device), 0, default);
    }

    /// <summary>Writes a request.</summary>
    /// <param name="writer">Receives the bytes.</param>
    /// <param name="device">The request.</param>
    /// <exception cref="ArgumentException">The client ID is empty, or the budget or the version is negative. Nothing was written.</exception>
    public static void Write(IBufferWriter<byte> writer, CheckOutRequest device)
    {
        ArgumentNullException.ThrowIfNull(device);
        var message = new MessageWriter(writer, MessageKind.CheckOutRequest, GetHeaderLength(device));
        message.UInt64(device.LayoutFingerprint);
        message.Int64("memory budget", device.MemoryBudgetBytes);
        if (device.HeldVersion is { } held)
        {
            message.Int64("held version", held.Number);
            message.UInt64(device.HeldFingerprint);
        }
        else
        {
            message.Int64("held version", -1, min: -1);
            message.UInt64(0);
        }

        message.Byte((byte)((device.CanProbe ? CanProbe : 0) | (device.CanEvaluate ? CanEvaluate : 0) | (device.NeverTrains ? NeverTrains : 0)));
        message.Client(device.Client);
        message.EndHeader();
        message.End();
    }

    /// <summary>Reads a request.</summary>
    /// <param name="message">The whole message and nothing else.</param>
    /// <returns>The request.</returns>
    /// <exception cref="WireFormatException">The bytes are not a valid request.</exception>
    public static CheckOutRequest Read(ReadOnlySpan<byte> message)
    {
        Envelope envelope = Envelope.Open(message, MessageKind.CheckOutRequest, WireLimits.Default);
        envelope.CheckNoValues();
        var fields = new FieldReader(envelope.Header);
        ulong fingerprint = fields.UInt64();
        long budget = fields.Int64("memory budget");
        long held = fields.Int64("held version", min: -1);
        ulong heldFingerprint = fields.UInt64();
        byte flags = fields.Flags("flags", known: CanProbe | CanEvaluate | NeverTrains);
        ClientId client = fields.Client();
        fields.End();
        bool canProbe = (flags & CanProbe) != 0;
        return new CheckOutRequest(client, budget, fingerprint, held == -1 ? null : new ModelVersion(held), canProbe, held == -1 ? 0 : heldFingerprint)
        {
            CanEvaluate = (flags & CanEvaluate) != 0,
            NeverTrains = (flags & NeverTrains) != 0,
        };
    }

    private static int GetHeaderLength(CheckOutRequest device) => FixedLength + MessageWriter.GetClientLength(device.Client);
}
