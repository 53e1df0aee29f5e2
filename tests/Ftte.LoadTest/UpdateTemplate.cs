using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Ftte.Numerics;
using Ftte.Wire;

namespace Ftte.LoadTest;

/// <summary>Represents the message of an int8 update that is encoded once. Each update gets its own header and checksum, so that the devices take little CPU time from the server.</summary>
internal sealed class UpdateTemplate
{
    // The fields of the header, as docs/wire-format.md lists them: fingerprint, ID, base version, its fingerprint, selection, examples, content, client.
    private const int Id = Envelope.Length + sizeof(ulong);
    private const int BaseVersion = Id + sizeof(ulong);
    private const int BaseFingerprint = BaseVersion + sizeof(long);
    private const int Selection = BaseFingerprint + sizeof(ulong);
    private const int Client = Selection + sizeof(int) + sizeof(int) + sizeof(byte) + sizeof(byte);

    private readonly byte[] _message;

    private UpdateTemplate(byte[] message) => _message = message;

    public int Length => _message.Length;

    /// <summary>Encodes random values.</summary>
    /// <param name="layout">The layout of the model, of which all parameters are trained.</param>
    /// <param name="client">A client ID with the same length as all others.</param>
    /// <param name="seed">The seed of the values.</param>
    public static UpdateTemplate Create(ParameterLayout layout, ClientId client, int seed)
    {
        const float Scale = 0.01f;
        var random = new Random(seed);
        var header = new UpdateHeader(client, default, layout.Fingerprint, default, default, 1);
        using SparseUpdate update = SparseUpdate.Create(header, [.. Enumerable.Range(0, layout.ParameterCount).Select(_ => Scale * (random.NextSingle() - 0.5f))]);
        var message = new ArrayBufferWriter<byte>();
        UpdateMessage.Write(message, update, ValueFormat.Int8, (ulong)seed);
        return new UpdateTemplate(message.WrittenSpan.ToArray());
    }

    /// <summary>Writes the message with another header.</summary>
    /// <param name="destination">Receives <see cref="Length"/> bytes.</param>
    /// <param name="assignment">The assignment that the update answers.</param>
    public void Write(Span<byte> destination, TrainingAssignment assignment)
    {
        _message.CopyTo(destination);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[Id..], assignment.UpdateId.Value);
        BinaryPrimitives.WriteInt64LittleEndian(destination[BaseVersion..], assignment.Version.Number);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[BaseFingerprint..], assignment.ModelFingerprint);
        BinaryPrimitives.WriteInt32LittleEndian(destination[Selection..], assignment.SelectionVersion.Number);
        Encoding.UTF8.GetBytes(assignment.Client.Value, destination[Client..]);
        Span<byte> checksum = destination[^Envelope.ChecksumLength..];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Crc32C.Compute(destination[..^Envelope.ChecksumLength]));
    }
}
