using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Ftte.Privacy.Cryptography;

/// <summary>Generates secrets that everyone can compute, so that tests can be repeated. They protect nothing.</summary>
internal sealed class TestSecretGenerator : SecretGenerator, IDisposable
{
    private readonly CounterModeGenerator _stream;

    public TestSecretGenerator(ulong seed)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, seed);
        _stream = new CounterModeGenerator(SHA256.HashData(bytes));
    }

    public override void Fill(Span<byte> destination) => _stream.Fill(destination);

    public override KeyPair CreateKeyPair()
    {
        Span<byte> scalar = stackalloc byte[KeyPair.PrivateKeyLength];
        Fill(scalar);

        // Below the order of the curve, which starts with 32 ones.
        scalar[0] &= 0x7F;
        return KeyPair.Import(scalar);
    }

    public void Dispose() => _stream.Dispose();
}
