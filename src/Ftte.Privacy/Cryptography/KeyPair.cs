using System.Security.Cryptography;

namespace Ftte.Privacy.Cryptography;

/// <summary>Represents a key pair for key agreement: ECDH on P-256, which every platform of .NET supports.</summary>
internal sealed class KeyPair : IDisposable
{
    /// <summary>The number of bytes of a public key: the coordinates x and y of the point.</summary>
    public const int PublicKeyLength = 2 * CoordinateLength;

    public const int PrivateKeyLength = 32;

    /// <summary>The number of bytes of a coordinate. The shared secret follows from x alone, so two keys with the same x are the same key.</summary>
    public const int CoordinateLength = 32;

    private readonly ECDiffieHellman _key;

    private KeyPair(ECDiffieHellman key)
    {
        _key = key;
        ECPoint point = key.ExportParameters(includePrivateParameters: false).Q;
        PublicKey = [.. point.X!, .. point.Y!];
    }

    public byte[] PublicKey { get; }

    /// <summary>Creates a key pair with the generator of the operating system.</summary>
    public static KeyPair Create() => new(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Imports a private key.</summary>
    /// <param name="privateKey">The scalar, big-endian.</param>
    /// <param name="publicKey">The public key that belongs to it; empty to compute it, which not every platform supports.</param>
    /// <exception cref="CryptographicException">The scalar is not a private key, or does not belong to the public key.</exception>
    public static KeyPair Import(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey = default) => new(ECDiffieHellman.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        D = privateKey.ToArray(),
        Q = publicKey.IsEmpty ? default : PointOf(publicKey),
    }));

    /// <summary>Determines whether bytes are a point of the curve.</summary>
    public static bool IsPublicKey(ReadOnlySpan<byte> key)
    {
        try
        {
            using var imported = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = PointOf(key) });
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Imports a private key that was restored from shares, if it belongs to a public key.</summary>
    /// <returns>The key pair; null if the private key is another one.</returns>
    public static KeyPair? TryImport(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey)
    {
        KeyPair pair;
        try
        {
            pair = Import(privateKey, publicKey);
        }
        catch (CryptographicException)
        {
            return null;
        }

        // Not every platform compares the two keys. If they belong together, both sides of an agreement have the same secret.
        using KeyPair probe = Create();
        if (CryptographicOperations.FixedTimeEquals(pair.Agree(probe.PublicKey), probe.Agree(publicKey)))
        {
            return pair;
        }

        pair.Dispose();
        return null;
    }

    /// <summary>Copies the private key.</summary>
    public byte[] ExportPrivateKey() => _key.ExportParameters(includePrivateParameters: true).D!;

    /// <summary>Computes the secret that the owners of two keys share.</summary>
    /// <param name="publicKey">The public key of the other side.</param>
    /// <returns>32 bytes: the coordinate x of the product. Derive keys from it with <see cref="KeyDerivation"/>.</returns>
    /// <exception cref="CryptographicException">The public key is not a point of the curve.</exception>
    public byte[] Agree(ReadOnlySpan<byte> publicKey)
    {
        using var other = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = PointOf(publicKey) });
        using ECDiffieHellmanPublicKey key = other.PublicKey;
        return _key.DeriveRawSecretAgreement(key);
    }

    public void Dispose() => _key.Dispose();

    private static ECPoint PointOf(ReadOnlySpan<byte> key) => new() { X = key[..CoordinateLength].ToArray(), Y = key[CoordinateLength..].ToArray() };
}
