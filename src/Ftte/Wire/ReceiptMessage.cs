using System.Buffers;

namespace Ftte.Wire;

/// <summary>Writes and reads messages that contain a receipt, without <see cref="UpdateReceipt.AwaitsNextVersion"/>.</summary>
/// <remarks>Stateless and thread-safe.</remarks>
public static class ReceiptMessage
{
    /// <summary>The number of bytes of every receipt.</summary>
    public const int Length = Envelope.Length + HeaderLength + Envelope.ChecksumLength;

    private const int HeaderLength = sizeof(byte) + sizeof(long) + sizeof(double) + sizeof(long);

    /// <summary>Writes a receipt.</summary>
    /// <param name="writer">Receives the bytes.</param>
    /// <param name="receipt">The receipt.</param>
    /// <exception cref="ArgumentException">
    /// The outcome is none or undefined, the version is negative, the weight is negative or not finite, or the wait is negative or longer than
    /// <see cref="WireMessage.MaxDuration"/>. Nothing was written.
    /// </exception>
    public static void Write(IBufferWriter<byte> writer, in UpdateReceipt receipt)
    {
        var message = new MessageWriter(writer, MessageKind.Receipt, HeaderLength);
        message.Enum("outcome", receipt.Outcome, min: 1);
        message.Int64("version", receipt.Version.Number);
        message.Weight("weight", receipt.Weight);
        message.OptionalDuration("wait", receipt.RetryAfter);
        message.EndHeader();
        message.End();
    }

    /// <summary>Reads a receipt.</summary>
    /// <param name="message">The whole message and nothing else.</param>
    /// <returns>The receipt.</returns>
    /// <exception cref="WireFormatException">The bytes are not a valid receipt.</exception>
    public static UpdateReceipt Read(ReadOnlySpan<byte> message)
    {
        Envelope envelope = Envelope.Open(message, MessageKind.Receipt, WireLimits.Default);
        envelope.CheckNoValues();
        var fields = new FieldReader(envelope.Header);
        UpdateOutcome outcome = fields.Enum<UpdateOutcome>("outcome", min: 1);
        long version = fields.Int64("version");
        double weight = fields.Weight("weight");
        TimeSpan? retryAfter = fields.OptionalDuration("wait");
        fields.End();
        return new UpdateReceipt(outcome, new ModelVersion(version), weight, retryAfter);
    }
}
