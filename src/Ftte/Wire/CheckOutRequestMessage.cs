using System.Buffers;

namespace Ftte.Wire;

/// <summary>A device's request for work as bytes.</summary>
/// <remarks>Thread-safe: nothing is kept between calls.</remarks>
public static class CheckOutRequestMessage
{
    private const int FixedLength = sizeof(ulong) + sizeof(long) + sizeof(long) + sizeof(ulong) + sizeof(byte);

    private const byte CanProbe = 1;

    /// <summary>Gets the number of bytes that <see cref="Write"/> writes.</summary>
    /// <param name="device">What the device says about itself.</param>
    /// <returns>The number of bytes.</returns>
    public static long GetLength(CheckOutRequest device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return Envelope.GetLength(GetHeaderLength(device), 0, default);
    }

    /// <summary>Writes a request.</summary>
    /// <param name="writer">Receives the bytes.</param>
    /// <param name="device">What the device says about itself.</param>
    /// <exception cref="ArgumentException">The device is nameless, or its budget or version is negative. Nothing was written.</exception>
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
            message.Int64("held version", -1, least: -1);
            message.UInt64(0);
        }

        message.Byte(device.CanProbe ? CanProbe : (byte)0);
        message.Client(device.Client);
        message.EndHeader();
        message.End();
    }

    /// <summary>Reads a request.</summary>
    /// <param name="message">The whole message and nothing else.</param>
    /// <returns>What the device says about itself.</returns>
    /// <exception cref="WireFormatException">The bytes are not such a message.</exception>
    public static CheckOutRequest Read(ReadOnlySpan<byte> message)
    {
        Envelope envelope = Envelope.Open(message, MessageKind.CheckOutRequest, WireLimits.Default);
        envelope.CheckNoValues();
        var fields = new FieldReader(envelope.Header);
        ulong fingerprint = fields.UInt64();
        long budget = fields.Int64("memory budget");
        long held = fields.Int64("held version", least: -1);
        ulong heldFingerprint = fields.UInt64();
        byte flags = fields.Flags("flags", known: CanProbe);
        ClientId client = fields.Client();
        fields.End();
        bool canProbe = (flags & CanProbe) != 0;
        return held == -1
            ? new CheckOutRequest(client, budget, fingerprint, CanProbe: canProbe)
            : new CheckOutRequest(client, budget, fingerprint, new ModelVersion(held), canProbe, heldFingerprint);
    }

    private static int GetHeaderLength(CheckOutRequest device) => FixedLength + MessageWriter.GetClientLength(device.Client);
}
