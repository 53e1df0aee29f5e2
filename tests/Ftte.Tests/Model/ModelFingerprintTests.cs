using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Ftte.Tests;

public sealed class ModelFingerprintTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(50)]
    [InlineData(100)]
    [InlineData(101)]
    public void Hashing_in_parts_of_any_length_gives_the_hash_of_the_whole(int partLength)
    {
        float[] parameters = [.. Enumerable.Range(0, 100).Select(i => i * 0.1f)];
        byte[] hash = new byte[SHA256.HashSizeInBytes];

        ModelFingerprint.HashParts(parameters, hash, partLength);

        Assert.Equal(SHA256.HashData(MemoryMarshal.AsBytes(parameters.AsSpan())), hash);
    }
}
