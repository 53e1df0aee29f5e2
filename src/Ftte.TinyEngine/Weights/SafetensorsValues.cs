using System.Buffers.Binary;

namespace Ftte.TinyEngine;

/// <summary>Converts between float32 in memory and the little-endian values of a safetensors file, through a small buffer.</summary>
internal static class SafetensorsValues
{
    private const int BufferBytes = 4096;

    public static int BytesPerValue(SafetensorsFormat format) => format == SafetensorsFormat.Float32 ? sizeof(float) : sizeof(ushort);

    /// <summary>Reads values of a type until the destination is full.</summary>
    /// <returns>True if the stream contains enough values.</returns>
    public static bool TryRead(Stream stream, string type, Span<float> values)
    {
        Span<byte> buffer = stackalloc byte[BufferBytes];
        int size = type == SafetensorsType.Float32 ? sizeof(float) : sizeof(ushort);
        while (!values.IsEmpty)
        {
            int count = Math.Min(values.Length, BufferBytes / size);
            Span<byte> bytes = buffer[..(count * size)];
            if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            {
                return false;
            }

            Convert(bytes, type, values[..count]);
            values = values[count..];
        }

        return true;
    }

    public static void Write(Stream stream, SafetensorsFormat format, ReadOnlySpan<float> values)
    {
        Span<byte> buffer = stackalloc byte[BufferBytes];
        int size = BytesPerValue(format);
        while (!values.IsEmpty)
        {
            int count = Math.Min(values.Length, BufferBytes / size);
            for (int i = 0; i < count; i++)
            {
                if (format == SafetensorsFormat.Float32)
                {
                    BinaryPrimitives.WriteSingleLittleEndian(buffer[(i * size)..], values[i]);
                }
                else
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(buffer[(i * size)..], BFloat16Converter.Round(values[i]));
                }
            }

            stream.Write(buffer[..(count * size)]);
            values = values[count..];
        }
    }

    private static void Convert(ReadOnlySpan<byte> bytes, string type, Span<float> values)
    {
        for (int i = 0; type == SafetensorsType.Float32 && i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        }

        for (int i = 0; type == SafetensorsType.BFloat16 && i < values.Length; i++)
        {
            values[i] = BFloat16Converter.Expand(BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * sizeof(ushort))..]));
        }

        for (int i = 0; type == SafetensorsType.Float16 && i < values.Length; i++)
        {
            values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(i * sizeof(ushort))..]);
        }
    }
}
