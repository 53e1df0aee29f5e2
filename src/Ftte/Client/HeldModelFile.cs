using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Ftte.Numerics;

namespace Ftte;

/// <summary>Keeps the model of a device in a file across restarts, so that a restart costs the download of what has changed and not of the model.</summary>
/// <remarks>
/// The values are written from the device's vector and read into it, without a copy of the model. The file is believed by its content: a fingerprint of the values and a checksum of
/// the head must match. <c>docs/wire-format.md</c> describes the bytes.
/// </remarks>
internal sealed class HeldModelFile(string path, ParameterLayout layout)
{
    private const byte FormatVersion = 1;

    // A span of bytes has at most 2 GiB, but a model can have more.
    private const int MaxPartLength = 1 << 28;

    // Magic, version, layout, model version, held fingerprint, fingerprint of the values, number of values, checksum.
    private const int LayoutAt = 5, VersionAt = LayoutAt + 8, HeldAt = VersionAt + 8, ValuesAt = HeldAt + 8, CountAt = ValuesAt + 8, ChecksumAt = CountAt + 4, HeadBytes = ChecksumAt + 4;

    private static ReadOnlySpan<byte> Magic => "FTHM"u8;

    /// <summary>Reads the model.</summary>
    /// <param name="parameters">Receives the values; changed even if the file is not valid.</param>
    /// <param name="version">Receives the version.</param>
    /// <param name="heldFingerprint">Receives the fingerprint that the server sent for it.</param>
    /// <returns>Null if the model was read; otherwise the reason, empty if there is no file.</returns>
    public string? TryLoad(Span<float> parameters, out ModelVersion version, out ulong heldFingerprint)
    {
        (version, heldFingerprint) = (default, 0);
        AtomicFile.DeleteTemporary(path);
        try
        {
            if (!File.Exists(path))
            {
                return "";
            }

            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            Span<byte> head = stackalloc byte[HeadBytes];
            if (file.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false) < HeadBytes || !head.StartsWith(Magic)
                || Crc32C.Compute(head[..ChecksumAt]) != BinaryPrimitives.ReadUInt32LittleEndian(head[ChecksumAt..]))
            {
                return $"'{path}' does not contain a model, or is damaged.";
            }

            if (head[Magic.Length] != FormatVersion)
            {
                return $"'{path}' has format version {head[Magic.Length]}, but this library supports version {FormatVersion}.";
            }

            if (BinaryPrimitives.ReadUInt64LittleEndian(head[LayoutAt..]) != layout.Fingerprint || BinaryPrimitives.ReadInt32LittleEndian(head[CountAt..]) != parameters.Length)
            {
                return $"'{path}' contains a model with another layout.";
            }

            bool isWhole = file.Length == HeadBytes + ((long)sizeof(float) * parameters.Length) && TryRead(file, parameters);
            ReverseIfBigEndian(parameters);
            if (!isWhole || ModelFingerprint.Compute(parameters) != BinaryPrimitives.ReadUInt64LittleEndian(head[ValuesAt..]))
            {
                return $"'{path}' is damaged: its values do not have the fingerprint in the head.";
            }

            (version, heldFingerprint) = (new ModelVersion(BinaryPrimitives.ReadInt64LittleEndian(head[VersionAt..])), BinaryPrimitives.ReadUInt64LittleEndian(head[HeldAt..]));
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }

    /// <summary>Replaces the file. If the process ends during the call, the file holds either the previous model or the new one.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public void Save(ReadOnlySpan<float> parameters, ModelVersion version, ulong heldFingerprint)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        Magic.CopyTo(head);
        head[Magic.Length] = FormatVersion;
        BinaryPrimitives.WriteUInt64LittleEndian(head[LayoutAt..], layout.Fingerprint);
        BinaryPrimitives.WriteInt64LittleEndian(head[VersionAt..], version.Number);
        BinaryPrimitives.WriteUInt64LittleEndian(head[HeldAt..], heldFingerprint);
        BinaryPrimitives.WriteUInt64LittleEndian(head[ValuesAt..], ModelFingerprint.Compute(parameters));
        BinaryPrimitives.WriteInt32LittleEndian(head[CountAt..], parameters.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[ChecksumAt..], Crc32C.Compute(head[..ChecksumAt]));
        AtomicFile.Write(path, new Content(head, parameters), static (file, content) => content.WriteTo(file));
    }

    private static bool TryRead(FileStream file, Span<float> parameters)
    {
        for (Span<float> rest = parameters; !rest.IsEmpty; rest = rest[Math.Min(MaxPartLength, rest.Length)..])
        {
            Span<byte> part = MemoryMarshal.AsBytes(rest[..Math.Min(MaxPartLength, rest.Length)]);
            if (file.ReadAtLeast(part, part.Length, throwOnEndOfStream: false) < part.Length)
            {
                return false;
            }
        }

        return true;
    }

    private static void ReverseIfBigEndian(Span<float> values)
    {
        if (!BitConverter.IsLittleEndian)
        {
            Span<int> bits = MemoryMarshal.Cast<float, int>(values);
            BinaryPrimitives.ReverseEndianness(bits, bits);
        }
    }

    private readonly ref struct Content(ReadOnlySpan<byte> head, ReadOnlySpan<float> values)
    {
        private readonly ReadOnlySpan<byte> _head = head;
        private readonly ReadOnlySpan<float> _values = values;

        public void WriteTo(Stream file)
        {
            file.Write(_head);
            if (BitConverter.IsLittleEndian)
            {
                for (ReadOnlySpan<float> rest = _values; !rest.IsEmpty; rest = rest[Math.Min(MaxPartLength, rest.Length)..])
                {
                    file.Write(MemoryMarshal.AsBytes(rest[..Math.Min(MaxPartLength, rest.Length)]));
                }

                return;
            }

            Span<byte> reversed = stackalloc byte[sizeof(float)];
            foreach (float value in _values)
            {
                BinaryPrimitives.WriteSingleLittleEndian(reversed, value);
                file.Write(reversed);
            }
        }
    }
}
