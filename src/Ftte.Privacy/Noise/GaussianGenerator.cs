using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Ftte.Privacy.Noise;

/// <summary>Generates independent standard normal values from a 32-byte seed: AES-256 in counter mode, and the transform of Box and Muller.</summary>
/// <remarks>
/// One block of 16 bytes results in two values. The radius uses 64 bits, so that the tail reaches <see cref="MaxMagnitude"/>; the probability beyond it is below 1e-19. Logarithm and
/// cosine are <see cref="PortableMath"/>, so that a run continues with the same bits on another machine. Not thread-safe.
/// </remarks>
internal sealed class GaussianGenerator : IDisposable
{
    /// <summary>The exclusive maximum of the absolute value: sqrt(-2 ln 2^-65) is 9.493.</summary>
    public const double MaxMagnitude = 9.5;

    private const int BlockBytes = 16;
    private const int BufferBytes = 256 * BlockBytes;

    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _buffer = new byte[BufferBytes];
    private ulong _block;

    public GaussianGenerator(ReadOnlySpan<byte> seed) => _aes.SetKey(seed);

    public void Fill(Span<double> values)
    {
        while (!values.IsEmpty)
        {
            int count = Math.Min(values.Length, 2 * BufferBytes / BlockBytes);
            FillPart(values[..count]);
            values = values[count..];
        }
    }

    public void Dispose() => _aes.Dispose();

    private void FillPart(Span<double> values)
    {
        Span<byte> stream = _buffer.AsSpan(0, BlockBytes * ((values.Length + 1) / 2));
        for (int at = 0; at < stream.Length; at += BlockBytes)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(stream[at..], _block++);
            stream.Slice(at + sizeof(ulong), sizeof(ulong)).Clear();
        }

        _aes.EncryptEcb(stream, stream, PaddingMode.None);
        for (int i = 0; i < values.Length; i += 2)
        {
            ReadOnlySpan<byte> block = stream[(i / 2 * BlockBytes)..];
            double uniform = (BinaryPrimitives.ReadUInt64LittleEndian(block) + 0.5) * Math.ScaleB(1, -64);
            double angle = (BinaryPrimitives.ReadUInt64LittleEndian(block[sizeof(ulong)..]) >> 11) * (2 * Math.PI * Math.ScaleB(1, -53));
            double radius = Math.Sqrt(-2 * PortableMath.Log(uniform));
            values[i] = radius * PortableMath.Cos(angle);
            if (i + 1 < values.Length)
            {
                // sin x = cos(x - pi/2), and the cosine is even.
                values[i + 1] = radius * PortableMath.Cos(Math.Abs(angle - (Math.PI / 2)));
            }
        }
    }
}
