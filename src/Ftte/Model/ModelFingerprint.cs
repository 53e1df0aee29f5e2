using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Ftte;

/// <summary>Computes a model's fingerprint: the first eight bytes of the SHA-256 of its parameters as little-endian float32.</summary>
/// <remarks>
/// Sixty-four bits detect an accidental mismatch of models. They do not stop a device that reports a wrong fingerprint; such a device affects only its own update.
/// </remarks>
internal static class ModelFingerprint
{
    // A span of bytes has at most 2 GiB, but a model can have more.
    private const int MaxPartLength = 1 << 28;

    public static ulong Compute(ReadOnlySpan<float> parameters)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (BitConverter.IsLittleEndian)
        {
            HashParts(parameters, hash, MaxPartLength);
        }
        else
        {
            HashReversed(parameters, hash);
        }

        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    /// <summary>Computes the SHA-256 of the values' bytes in parts, whose length does not affect it.</summary>
    internal static void HashParts(ReadOnlySpan<float> parameters, Span<byte> hash, int partLength)
    {
        if (parameters.Length <= partLength)
        {
            SHA256.HashData(MemoryMarshal.AsBytes(parameters), hash);
            return;
        }

        using var incremental = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (ReadOnlySpan<float> rest = parameters; !rest.IsEmpty; rest = rest[Math.Min(partLength, rest.Length)..])
        {
            incremental.AppendData(MemoryMarshal.AsBytes(rest[..Math.Min(partLength, rest.Length)]));
        }

        incremental.GetHashAndReset(hash);
    }

    private static void HashReversed(ReadOnlySpan<float> parameters, Span<byte> hash)
    {
        const int Chunk = 256;
        using var incremental = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[Chunk * sizeof(float)];
        for (int done = 0; done < parameters.Length; done += Chunk)
        {
            ReadOnlySpan<float> values = parameters[done..Math.Min(done + Chunk, parameters.Length)];
            for (int i = 0; i < values.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes[(i * sizeof(float))..], values[i]);
            }

            incremental.AppendData(bytes[..(values.Length * sizeof(float))]);
        }

        incremental.GetHashAndReset(hash);
    }
}
