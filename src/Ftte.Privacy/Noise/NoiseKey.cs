using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Ftte.Privacy.Noise;

/// <summary>Represents the secret from which the noise of a run is generated.</summary>
/// <remarks>
/// The seed of a version's noise is a pseudorandom function of the number of the version and of the exact sums to which the noise is added. A server that was killed and replays the same updates
/// therefore publishes the same bits, which reveal nothing new, and one that receives other updates draws other noise. Otherwise the difference of the two results would be free of noise.
/// </remarks>
internal sealed class NoiseKey
{
    public const int Length = 32;

    private readonly byte[] _key;

    private NoiseKey(byte[] key) => _key = key;

    public ReadOnlySpan<byte> Bytes => _key;

    public static NoiseKey CreateRandom() => new(RandomNumberGenerator.GetBytes(Length));

    /// <summary>Creates a key that everyone can compute, so that tests can be repeated. It protects nothing.</summary>
    public static NoiseKey CreateForTests(ulong seed)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, seed);
        return new NoiseKey(SHA256.HashData(bytes));
    }

    public static NoiseKey Load(ReadOnlySpan<byte> bytes) => new(bytes.ToArray());

    /// <summary>Computes the seed of the noise of one version.</summary>
    /// <param name="step">The number of the version among those that had noise.</param>
    /// <param name="sums">A cryptographic hash of the sums.</param>
    public byte[] DeriveSeed(int step, ReadOnlySpan<byte> sums)
    {
        Span<byte> message = stackalloc byte[sizeof(int) + SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt32LittleEndian(message, step);
        sums.CopyTo(message[sizeof(int)..]);
        return HMACSHA256.HashData(_key, message);
    }
}
