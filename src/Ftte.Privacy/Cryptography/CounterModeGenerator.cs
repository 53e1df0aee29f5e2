using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Ftte.Privacy.Cryptography;

/// <summary>Generates the keystream of AES-256 in counter mode (NIST SP 800-38A), from any block on. Not thread-safe.</summary>
/// <remarks>.NET has no counter mode; the blocks of the counter are encrypted in electronic codebook mode, which is the same.</remarks>
internal sealed class CounterModeGenerator : IDisposable
{
    public const int KeyLength = 32;
    public const int BlockLength = 16;

    private readonly Aes _aes = Aes.Create();
    private readonly UInt128 _first;
    private UInt128 _next;

    /// <param name="key">The key, 32 bytes.</param>
    /// <param name="firstBlock">The value of the counter for the first block, big-endian; empty for zero.</param>
    public CounterModeGenerator(ReadOnlySpan<byte> key, ReadOnlySpan<byte> firstBlock = default)
    {
        _aes.SetKey(key);
        _first = firstBlock.IsEmpty ? 0 : BinaryPrimitives.ReadUInt128BigEndian(firstBlock);
        _next = _first;
    }

    /// <summary>Continues at a block of the keystream.</summary>
    public void Seek(long block) => _next = _first + (ulong)block;

    /// <summary>Returns the next bytes of the keystream. The rest of an incomplete block is dropped.</summary>
    public void Fill(Span<byte> destination)
    {
        int whole = destination.Length / BlockLength * BlockLength;
        Encrypt(destination[..whole]);
        if (whole < destination.Length)
        {
            Span<byte> last = stackalloc byte[BlockLength];
            Encrypt(last);
            last[..(destination.Length - whole)].CopyTo(destination[whole..]);
        }
    }

    public void Dispose() => _aes.Dispose();

    /// <summary>Writes the counters, and encrypts them in place, so that no buffer is needed.</summary>
    private void Encrypt(Span<byte> blocks)
    {
        for (int at = 0; at < blocks.Length; at += BlockLength)
        {
            BinaryPrimitives.WriteUInt128BigEndian(blocks[at..], _next++);
        }

        _aes.EncryptEcb(blocks, blocks, PaddingMode.None);
    }
}
