using System.Security.Cryptography;

namespace Ftte.Privacy.Cryptography;

/// <summary>Generates secrets with the cryptographic generator of the operating system.</summary>
internal sealed class SystemSecretGenerator : SecretGenerator
{
    public override void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);

    public override KeyPair CreateKeyPair() => KeyPair.Create();
}
