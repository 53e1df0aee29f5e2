namespace Ftte.Privacy.Cryptography;

/// <summary>Generates the secrets of one device: seeds, coefficients and key pairs. Not thread-safe.</summary>
internal abstract class SecretGenerator
{
    /// <summary>Fills a buffer with secret bytes.</summary>
    public abstract void Fill(Span<byte> destination);

    /// <summary>Creates a key pair that is used for one cohort.</summary>
    public abstract KeyPair CreateKeyPair();
}
