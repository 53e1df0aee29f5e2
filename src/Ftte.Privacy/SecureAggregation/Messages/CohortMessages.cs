using System.Buffers;
using System.Collections.Immutable;
using Ftte.Privacy.Cryptography;
using Ftte.Serialization;
using Ftte.Wire;

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Writes and reads the messages of secure aggregation as bytes, little-endian, for transports.</summary>
/// <remarks>
/// Every message starts with its kind and the version of the format. Readers validate every number before they allocate memory for it, and reject messages with bytes that are left over.
/// Masked values have no frame; see <see cref="MaskedUpdate.Encode"/>.
/// </remarks>
public static class CohortMessages
{
    private const byte FormatVersion = 1;

    /// <summary>The number of bytes before the cohort or the receipt: kind, version and content.</summary>
    private const int InvitationHeaderLength = 3;

    private enum Kind : byte
    {
        Announcement = 1,
        Description = 2,
        Shares = 3,
        SharesForMember = 4,
        Members = 5,
        Unmasking = 6,
        Invitation = 7,
    }

    private enum InvitationContent : byte
    {
        None = 0,
        Cohort = 1,
        Receipt = 2,
    }

    /// <summary>Writes an announcement.</summary>
    /// <param name="output">Receives the bytes.</param>
    /// <param name="announcement">The announcement.</param>
    public static void Write(IBufferWriter<byte> output, ReadyAnnouncement announcement)
    {
        ArgumentNullException.ThrowIfNull(announcement);
        StateWriter writer = Start(output, Kind.Announcement);
        UpdateHeader header = announcement.Header;
        writer.Client(header.Client);
        writer.UInt64(header.Id.Value);
        writer.UInt64(header.LayoutFingerprint);
        writer.Int64(header.BaseVersion.Number);
        writer.UInt64(header.BaseFingerprint);
        writer.Int32(header.SelectionVersion.Number);
        writer.Values(announcement.ShareKey.Span);
        writer.Values(announcement.MaskKey.Span);
    }

    /// <summary>Reads an announcement.</summary>
    /// <param name="message">The bytes.</param>
    /// <returns>The announcement. The example count is 1: it is not sent.</returns>
    /// <exception cref="WireFormatException">The bytes are not a valid announcement.</exception>
    public static ReadyAnnouncement ReadAnnouncement(ReadOnlySpan<byte> message)
    {
        FieldReader reader = Open(message, Kind.Announcement);
        ClientId client = reader.Client();
        var id = new UpdateId(reader.UInt64());
        ulong layout = reader.UInt64();
        var version = new ModelVersion(reader.Int64("base version"));
        ulong fingerprint = reader.UInt64();
        var selection = new SelectionVersion(reader.Int32("selection version"));
        var result = new ReadyAnnouncement(
            new UpdateHeader(client, id, layout, version, selection, ExampleCount: 1, BaseFingerprint: fingerprint),
            reader.Bytes(KeyPair.PublicKeyLength).ToArray(),
            reader.Bytes(KeyPair.PublicKeyLength).ToArray());
        reader.End();
        return result;
    }

    /// <summary>Writes a description.</summary>
    /// <param name="output">Receives the bytes.</param>
    /// <param name="description">The description.</param>
    public static void Write(IBufferWriter<byte> output, CohortDescription description)
    {
        ArgumentNullException.ThrowIfNull(description);
        StateWriter writer = Start(output, Kind.Description);
        writer.Values<byte>(description.Id.ToByteArray(bigEndian: true));
        writer.Byte((byte)description.Threshold);
        writer.UInt64(description.LayoutFingerprint);
        writer.Int32(description.SelectionVersion.Number);
        writer.Int32(BitConverter.SingleToInt32Bits(description.Quantization.Step));
        writer.Byte((byte)description.Quantization.Bits);
        writer.Int32(description.Members.Length);
        foreach (CohortMember member in description.Members)
        {
            writer.Int32(member.Weight);
            writer.Values(member.ShareKey.Span);
            writer.Values(member.MaskKey.Span);
        }
    }

    /// <summary>Reads a description.</summary>
    /// <param name="message">The bytes.</param>
    /// <returns>The description. Its content is checked by the device.</returns>
    /// <exception cref="WireFormatException">The bytes are not a valid description.</exception>
    public static CohortDescription ReadDescription(ReadOnlySpan<byte> message)
    {
        FieldReader reader = Open(message, Kind.Description);
        var id = new Guid(reader.Bytes(16), bigEndian: true);
        int threshold = reader.Byte();
        ulong layout = reader.UInt64();
        var selection = new SelectionVersion(reader.Int32("selection version"));
        float step = reader.Factor("quantization step");
        int bits = reader.Byte();
        if (bits is not (8 or 16) || step is < 1.17549435e-38f or > 1e30f)
        {
            throw Bad($"The quantization has {bits} bits and step {step}.");
        }

        int count = ReadCount(ref reader, "members");
        var members = ImmutableArray.CreateBuilder<CohortMember>(count);
        for (int i = 0; i < count; i++)
        {
            int weight = reader.Int32("weight");
            members.Add(new CohortMember(weight, reader.Bytes(KeyPair.PublicKeyLength).ToArray(), reader.Bytes(KeyPair.PublicKeyLength).ToArray()));
        }

        reader.End();
        return new CohortDescription(id, threshold, layout, selection, SharedQuantization.OfStep(step, bits), members.MoveToImmutable());
    }

    /// <summary>Writes the encrypted shares of a member.</summary>
    /// <param name="output">Receives the bytes.</param>
    /// <param name="shares">The shares.</param>
    public static void Write(IBufferWriter<byte> output, EncryptedShares shares)
    {
        ArgumentNullException.ThrowIfNull(shares);
        StateWriter writer = Start(output, Kind.Shares);
        writer.Values(shares.Commitment.Span);
        WriteAll(writer, shares.Ciphertexts);
    }

    /// <summary>Reads the encrypted shares of a member.</summary>
    /// <param name="message">The bytes.</param>
    /// <returns>The shares.</returns>
    /// <exception cref="WireFormatException">The bytes are not valid shares.</exception>
    public static EncryptedShares ReadShares(ReadOnlySpan<byte> message)
    {
        FieldReader reader = Open(message, Kind.Shares);
        byte[] commitment = reader.Bytes(EncryptedShares.CommitmentLength).ToArray();
        ImmutableArray<ReadOnlyMemory<byte>> ciphertexts = ReadAll(ref reader, EncryptedShares.CiphertextLength);
        reader.End();
        return new EncryptedShares(commitment, ciphertexts);
    }

    /// <summary>Writes the shares for a member.</summary>
    /// <param name="output">Receives the bytes.</param>
    /// <param name="shares">The shares.</param>
    public static void Write(IBufferWriter<byte> output, SharesForMember shares)
    {
        ArgumentNullException.ThrowIfNull(shares);
        StateWriter writer = Start(output, Kind.SharesForMember);
        WriteMembers(writer, shares.Senders);
        WriteAll(writer, shares.Ciphertexts);
    }

    /// <summary>Reads the shares for a member.</summary>
    /// <param name="message">The bytes.</param>
    /// <returns>The shares.</returns>
    /// <exception cref="WireFormatException">The bytes are not valid shares.</exception>
    public static SharesForMember ReadSharesForMember(ReadOnlySpan<byte> message)
    {
        FieldReader reader = Open(message, Kind.SharesForMember);
        ImmutableArray<int> senders = ReadMembers(ref reader);
        ImmutableArray<ReadOnlyMemory<byte>> ciphertexts = ReadAll(ref reader, EncryptedShares.CiphertextLength);
        reader.End();
        return ciphertexts.Length == senders.Length ? new SharesForMember(senders, ciphertexts) : throw Bad($"There are {senders.Length} senders, but {ciphertexts.Length} messages.");
    }

    /// <summary>Writes the members whose updates arrived.</summary>
    /// <param name="output">Receives the bytes.</param>
    /// <param name="members">The indices of the members, ascending.</param>
    public static void Write(IBufferWriter<byte> output, ImmutableArray<int> members) => WriteMembers(Start(output, Kind.Members), members);

    /// <summary>Reads the members whose updates arrived.</summary>
    /// <param name="message">The bytes.</param>
    /// <returns>The indices of the members. The device checks them.</returns>
    /// <exception cref="WireFormatException">The bytes are not valid.</exception>
    public static ImmutableArray<int> ReadMembers(ReadOnlySpan<byte> message)
    {
        FieldReader reader = Open(message, Kind.Members);
        ImmutableArray<int> members = ReadMembers(ref reader);
        reader.End();
        return members;
    }

    /// <summary>Writes the shares with which the masks are removed.</summary>
    /// <param name="output">Receives the bytes.</param>
    /// <param name="shares">The shares.</param>
    public static void Write(IBufferWriter<byte> output, UnmaskingShares shares)
    {
        ArgumentNullException.ThrowIfNull(shares);
        WriteAll(Start(output, Kind.Unmasking), shares.Shares);
    }

    /// <summary>Reads the shares with which the masks are removed.</summary>
    /// <param name="message">The bytes.</param>
    /// <returns>The shares.</returns>
    /// <exception cref="WireFormatException">The bytes are not valid shares.</exception>
    public static UnmaskingShares ReadUnmasking(ReadOnlySpan<byte> message)
    {
        FieldReader reader = Open(message, Kind.Unmasking);
        ImmutableArray<ReadOnlyMemory<byte>> shares = ReadAll(ref reader, EncryptedShares.SecretLength);
        reader.End();
        return new UnmaskingShares(shares);
    }

    /// <summary>Writes the answer to an announcement.</summary>
    /// <param name="output">Receives the bytes.</param>
    /// <param name="invitation">The answer.</param>
    public static void Write(IBufferWriter<byte> output, CohortInvitation invitation)
    {
        ArgumentNullException.ThrowIfNull(invitation);
        StateWriter writer = Start(output, Kind.Invitation);
        writer.Byte((byte)(invitation.Cohort is not null ? InvitationContent.Cohort : invitation.Receipt is not null ? InvitationContent.Receipt : InvitationContent.None));
        if (invitation.Cohort is { } cohort)
        {
            Write(output, cohort);
        }
        else if (invitation.Receipt is { } receipt)
        {
            ReceiptMessage.Write(output, receipt);
        }
    }

    /// <summary>Reads the answer to an announcement.</summary>
    /// <param name="message">The bytes.</param>
    /// <returns>The answer. The device checks its cohort.</returns>
    /// <exception cref="WireFormatException">The bytes are not a valid answer.</exception>
    public static CohortInvitation ReadInvitation(ReadOnlySpan<byte> message)
    {
        FieldReader reader = Open(message, Kind.Invitation);
        var content = (InvitationContent)reader.Byte();
        ReadOnlySpan<byte> rest = message[InvitationHeaderLength..];
        switch (content)
        {
            case InvitationContent.Cohort:
                return new CohortInvitation(ReadDescription(rest));
            case InvitationContent.Receipt:
                return new CohortInvitation(null, ReceiptMessage.Read(rest));
            case InvitationContent.None:
                reader.End();
                return new CohortInvitation(null);
            default:
                throw Bad($"The answer to an announcement has the content {(byte)content}.");
        }
    }

    private static StateWriter Start(IBufferWriter<byte> output, Kind kind)
    {
        ArgumentNullException.ThrowIfNull(output);
        var writer = new StateWriter(output);
        writer.Byte((byte)kind);
        writer.Byte(FormatVersion);
        return writer;
    }

    private static FieldReader Open(ReadOnlySpan<byte> message, Kind kind)
    {
        if (message.Length < 2 || message[0] != (byte)kind)
        {
            throw new WireFormatException(WireError.WrongKind, $"The bytes are no message of kind {kind}. Check the sender.");
        }

        return message[1] == FormatVersion
            ? new FieldReader(message[2..])
            : throw new WireFormatException(WireError.UnsupportedVersion, $"The message has format version {message[1]}, but this library supports version {FormatVersion}. Update the older side.");
    }

    private static void WriteMembers(StateWriter writer, ImmutableArray<int> members)
    {
        writer.Int32(members.Length);
        foreach (int member in members)
        {
            writer.Byte((byte)member);
        }
    }

    private static ImmutableArray<int> ReadMembers(ref FieldReader reader) => [.. reader.Bytes(ReadCount(ref reader, "members"))];

    private static void WriteAll(StateWriter writer, ImmutableArray<ReadOnlyMemory<byte>> parts)
    {
        writer.Int32(parts.Length);
        foreach (ReadOnlyMemory<byte> part in parts)
        {
            writer.Values(part.Span);
        }
    }

    private static ImmutableArray<ReadOnlyMemory<byte>> ReadAll(ref FieldReader reader, int length)
    {
        int count = ReadCount(ref reader, "shares");
        byte[] bytes = reader.Bytes(count * length).ToArray();
        return [.. Enumerable.Range(0, count).Select(i => (ReadOnlyMemory<byte>)bytes.AsMemory(i * length, length))];
    }

    private static int ReadCount(ref FieldReader reader, string name)
    {
        int count = reader.Int32($"number of {name}");
        return count <= CohortDescription.MaxMembers ? count : throw Bad($"The number of {name} is {count}, more than {CohortDescription.MaxMembers}.");
    }

    private static WireFormatException Bad(string reason) => new(WireError.BadValue, $"{reason} Correct the sender.");
}
