using System.Security.Cryptography;

namespace Ftte.Privacy.Cryptography;

/// <summary>Encrypts the shares from one device for another one, which the server relays: AES-256-GCM.</summary>
/// <remarks>Each key encrypts one message, because key pairs are used for one cohort and each direction has its own key. The nonce is therefore zero.</remarks>
internal static class ShareCipher
{
    public const int TagLength = 16;

    private const int NonceLength = 12;

    /// <summary>Returns the ciphertext, followed by the tag.</summary>
    public static byte[] Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plaintext)
    {
        var output = new byte[plaintext.Length + TagLength];
        using var cipher = new AesGcm(key, TagLength);
        cipher.Encrypt(stackalloc byte[NonceLength], plaintext, output.AsSpan(0, plaintext.Length), output.AsSpan(plaintext.Length));
        return output;
    }

    /// <summary>Decrypts a message.</summary>
    /// <exception cref="CryptographicException">The message is not from the owner of the key, or was changed.</exception>
    public static byte[] Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message)
    {
        var plaintext = new byte[message.Length - TagLength];
        using var cipher = new AesGcm(key, TagLength);
        cipher.Decrypt(stackalloc byte[NonceLength], message[..plaintext.Length], message[plaintext.Length..], plaintext);
        return plaintext;
    }
}
