using System.Buffers;
using System.Security.Cryptography;

namespace Ftte.Wire;

/// <summary>Refers to packed parameters by their content, so that devices and caches share them.</summary>
/// <param name="Sha256">The SHA-256 of the bytes, as 64 lowercase hexadecimal digits.</param>
/// <param name="Format">The format of the values.</param>
public readonly record struct BlobReference(string Sha256, ValueFormat Format)
{
    /// <summary>The number of hexadecimal digits of a digest.</summary>
    public const int DigestLength = 2 * SHA256.HashSizeInBytes;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Determines whether a text is a digest as it appears in a reference.</summary>
    /// <param name="text">The text.</param>
    /// <returns>True if the text has <see cref="DigestLength"/> lowercase hexadecimal digits.</returns>
    public static bool IsDigest(ReadOnlySpan<char> text) => text.Length == DigestLength && !text.ContainsAnyExcept(Digits);
}
