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
    public static ulong Compute(ReadOnlySpan<float> parameters)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (BitConverter.IsLittleEndian)
        {
            SHA256.HashData(MemoryMarshal.AsBytes(parameters), hash);
        }
        else
        {
            HashReversed(parameters, hash);
        }

        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
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
