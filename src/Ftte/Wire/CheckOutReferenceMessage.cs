using System.Buffers;
using System.Security.Cryptography;

namespace Ftte.Wire;

/// <summary>Writes and reads messages that contain the server's response to a request for work, with a reference to the parameters that the device lacks.</summary>
/// <remarks>
/// Stateless and thread-safe. The parameters travel separately, as the bytes that a <see cref="ParameterBlobReader"/> returns and a <see cref="ParameterBlobDecoder"/> decodes:
/// many devices and the caches between share them, and their length is not limited by that of a message.
/// </remarks>
public static class CheckOutReferenceMessage
{
    private const int ReferenceLength = SHA256.HashSizeInBytes + sizeof(byte);

    /// <summary>Returns the maximum number of bytes of a message.</summary>
    /// <param name="limits">The limits; null for the defaults.</param>
    /// <returns>The number of bytes.</returns>
    public static int GetMaxLength(WireLimits? limits = null)
    {
        limits ??= WireLimits.Default;
        long length = Envelope.GetLength(CheckOutFields.MaxFixedLength + ReferenceLength + (2L * limits.MaxRanges * SelectionCodec.MaxRangeLength), 0, default);
        return (int)Math.Min(length, limits.MaxMessageBytes);
    }

    /// <summary>Writes a response.</summary>
    /// <param name="writer">Receives the bytes.</param>
    /// <param name="answer">The response.</param>
    /// <param name="parameters">The reference to the parameters in <see cref="TrainingAssignment.Refreshed"/>; ignored if there are none.</param>
    /// <exception cref="ArgumentException">The outcome and the assignment contradict each other, the digest is not valid, or a field has an invalid value. Nothing was written.</exception>
    public static void Write(IBufferWriter<byte> writer, in CheckOutResponse answer, BlobReference parameters = default)
    {
        CheckOutFields.Validate(answer);
        bool refers = answer.Assignment is { Refreshed.Count: > 0 };
        if (refers && !BlobReference.IsDigest(parameters.Sha256))
        {
            throw new ArgumentException($"The digest of the parameters is '{parameters.Sha256}'. Specify {BlobReference.DigestLength} lowercase hexadecimal digits.", nameof(parameters));
        }

        var message = new MessageWriter(writer, MessageKind.CheckOutReference, CheckOutFields.GetLength(answer) + (refers ? ReferenceLength : 0));
        CheckOutFields.Write(ref message, answer);
        if (refers)
        {
            message.Enum("value format", parameters.Format);
            message.Bytes(Convert.FromHexString(parameters.Sha256));
        }

        message.EndHeader();
        message.End();
    }

    /// <summary>Reads a response.</summary>
    /// <param name="message">The whole message and nothing else.</param>
    /// <param name="parameterCount">The number of parameters of the device's model.</param>
    /// <param name="parameters">Receives the reference to the parameters; default if the device lacks none.</param>
    /// <param name="limits">The limits; null for the defaults.</param>
    /// <returns>The response. The parameters in <see cref="TrainingAssignment.Refreshed"/> have not been received.</returns>
    /// <exception cref="WireFormatException">The bytes are not a valid response, or the response is for a model with another number of parameters.</exception>
    public static CheckOutResponse Read(ReadOnlySpan<byte> message, int parameterCount, out BlobReference parameters, WireLimits? limits = null)
    {
        parameters = default;
        limits ??= WireLimits.Default;
        Envelope envelope = Envelope.Open(message, MessageKind.CheckOutReference, limits);
        envelope.CheckNoValues();
        var fields = new FieldReader(envelope.Header);
        CheckOutFields.Checked answer = CheckOutFields.Check(ref fields, parameterCount, limits);
        if (answer.RefreshedCount > 0)
        {
            var format = fields.Enum<ValueFormat>("value format");
            parameters = new BlobReference(Convert.ToHexStringLower(fields.Bytes(SHA256.HashSizeInBytes)), format);
        }

        fields.End();
        return answer.ToResponse();
    }
}
