using System.Buffers.Binary;
using System.Diagnostics;

namespace Ftte.Privacy.Cryptography;

/// <summary>Splits a secret so that a number of shares restores it, and fewer say nothing about it (Shamir 1979), byte by byte in the field of 256 elements.</summary>
/// <remarks>
/// The field is that of AES, with the polynomial x^8 + x^4 + x^3 + x + 1. Time and memory accesses depend on the numbers of the shares only, which are public. Share i is the value at i + 1;
/// the secret is the value at 0.
/// </remarks>
internal static class SecretSharing
{
    /// <summary>The maximum number of shares: the elements of the field except for 0.</summary>
    public const int MaxShares = 255;

    private const ulong HighBits = 0x8080_8080_8080_8080;
    private const byte Polynomial = 0x1B;

    /// <summary>Splits a secret.</summary>
    /// <param name="secret">The secret; its length is a multiple of 8.</param>
    /// <param name="count">The number of shares, at most <see cref="MaxShares"/>.</param>
    /// <param name="threshold">The number of shares that restores the secret, at most <paramref name="count"/>.</param>
    /// <param name="generator">Generates the coefficients.</param>
    /// <returns>The shares, each as long as the secret.</returns>
    public static byte[][] Split(ReadOnlySpan<byte> secret, int count, int threshold, SecretGenerator generator)
    {
        Debug.Assert(secret.Length % sizeof(ulong) == 0 && threshold >= 1 && threshold <= count && count <= MaxShares);
        var coefficients = new byte[secret.Length * threshold];
        generator.Fill(coefficients);
        secret.CopyTo(coefficients);
        var shares = new byte[count][];
        for (int i = 0; i < count; i++)
        {
            // Horner's scheme, from the highest coefficient down to the secret.
            byte[] share = coefficients[^secret.Length..];
            for (int k = threshold - 2; k >= 0; k--)
            {
                MultiplyAdd(share, (byte)(i + 1), coefficients.AsSpan(k * secret.Length, secret.Length));
            }

            shares[i] = share;
        }

        return shares;
    }

    /// <summary>Restores a secret by interpolation at 0.</summary>
    /// <param name="shares">As many shares as the threshold, with their numbers; more do not matter if they are right.</param>
    /// <returns>The secret; other bytes if there are too few shares or one is wrong.</returns>
    public static byte[] Combine(ReadOnlySpan<(int Number, ReadOnlyMemory<byte> Share)> shares)
    {
        var secret = new byte[shares[0].Share.Length];
        Span<byte> term = stackalloc byte[secret.Length];
        foreach ((int number, ReadOnlyMemory<byte> share) in shares)
        {
            // The product over the other shares of x_m / (x_m - x_i); subtraction is exclusive or.
            byte x = (byte)(number + 1), weight = 1;
            foreach ((int other, _) in shares)
            {
                if (other != number)
                {
                    byte y = (byte)(other + 1);
                    weight = Multiply(weight, Multiply(y, Invert((byte)(y ^ x))));
                }
            }

            share.Span.CopyTo(term);
            MultiplyAdd(term, weight, secret);
            term.CopyTo(secret);
        }

        return secret;
    }

    /// <summary>Multiplies two elements.</summary>
    /// <param name="a">An element, which may be secret.</param>
    /// <param name="b">A public element.</param>
    public static byte Multiply(byte a, byte b)
    {
        int product = 0, power = a;
        for (int rest = b; rest > 0; rest >>= 1)
        {
            product ^= power & -(rest & 1);
            power = (power << 1) ^ (-(power >> 7) & (0x100 | Polynomial));
        }

        return (byte)product;
    }

    /// <summary>Replaces each element v by v x + addend, eight elements at a time.</summary>
    private static void MultiplyAdd(Span<byte> values, byte x, ReadOnlySpan<byte> addend)
    {
        for (int at = 0; at < values.Length; at += sizeof(ulong))
        {
            ulong product = BinaryPrimitives.ReadUInt64LittleEndian(addend[at..]), power = BinaryPrimitives.ReadUInt64LittleEndian(values[at..]);
            for (int rest = x; rest > 0; rest >>= 1)
            {
                product ^= power & (0 - (ulong)(rest & 1));
                ulong overflow = (power & HighBits) >> 7;
                power = ((power & ~HighBits) << 1) ^ (overflow * Polynomial);
            }

            BinaryPrimitives.WriteUInt64LittleEndian(values[at..], product);
        }
    }

    /// <summary>Returns the inverse of a public element: its power 254.</summary>
    private static byte Invert(byte value)
    {
        // 254 = 2 + 4 + 8 + 16 + 32 + 64 + 128.
        byte inverse = 1, power = value;
        for (int i = 0; i < 7; i++)
        {
            power = Multiply(power, power);
            inverse = Multiply(inverse, power);
        }

        return inverse;
    }
}
