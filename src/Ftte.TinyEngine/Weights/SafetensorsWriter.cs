using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ftte.TinyEngine;

/// <summary>Writes a safetensors file: the header, followed by the values of each tensor in the order of the header.</summary>
internal static class SafetensorsWriter
{
    // Names are written unescaped, as in the reference library of the format, except for characters that JSON requires to be escaped.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Returns the order in which the reference library of the format writes tensors of one type: by name.</summary>
    public static int[] OrderOf(IReadOnlyList<string> names)
    {
        int[] order = [.. Enumerable.Range(0, names.Count)];
        Array.Sort(order, (a, b) => string.CompareOrdinal(names[a], names[b]));
        return order;
    }

    /// <summary>Writes the header, padded with spaces so that the values begin at a multiple of 8 bytes.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="format">The format of the values.</param>
    /// <param name="tensors">The name and the shape of each tensor, in order.</param>
    /// <param name="metadata">The metadata of the file; null for none.</param>
    /// <exception cref="ArgumentException">A name or a shape exceeds the limits of the reader.</exception>
    public static void WriteHeader(
        Stream stream, SafetensorsFormat format, IReadOnlyList<(string Name, int[] Shape)> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        CheckThatItCanBeRead(tensors, metadata);
        var header = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(header, Plain))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WriteStartObject(SafetensorsLimits.Metadata);
                foreach ((string key, string value) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long start = 0;
            foreach ((string name, int[] shape) in tensors)
            {
                long end = start + (ElementsOf(shape) * SafetensorsValues.BytesPerValue(format));
                json.WriteStartObject(name);
                json.WriteString("dtype"u8, format == SafetensorsFormat.Float32 ? SafetensorsType.Float32 : SafetensorsType.BFloat16);
                WriteNumbers(json, "shape"u8, [.. shape]);
                WriteNumbers(json, "data_offsets"u8, start, end);
                json.WriteEndObject();
                start = end;
            }

            json.WriteEndObject();
        }

        header.Write("       "u8[..(-header.WrittenCount & 7)]);
        if (header.WrittenCount > SafetensorsLimits.MaxHeaderBytes)
        {
            throw new ArgumentException($"The header would take {header.WrittenCount} bytes, more than {SafetensorsLimits.MaxHeaderBytes}. Write fewer tensors per file.", nameof(tensors));
        }

        Span<byte> length = stackalloc byte[SafetensorsLimits.PrefixBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.WrittenCount);
        stream.Write(length);
        stream.Write(header.WrittenSpan);
    }

    /// <summary>Returns the number of values of a shape.</summary>
    public static long ElementsOf(ReadOnlySpan<int> shape)
    {
        long elements = 1;
        foreach (int dimension in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(shape));
            elements = checked(elements * dimension);
        }

        return elements;
    }

    private static void WriteNumbers(Utf8JsonWriter json, ReadOnlySpan<byte> name, params ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static void CheckThatItCanBeRead(IReadOnlyList<(string Name, int[] Shape)> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        if (tensors.Count > SafetensorsLimits.MaxTensors || metadata?.Count > SafetensorsLimits.MaxMetadata)
        {
            throw new ArgumentException($"A file can have at most {SafetensorsLimits.MaxTensors} tensors and {SafetensorsLimits.MaxMetadata} entries of metadata. Write fewer of them.", nameof(tensors));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string name, int[] shape) in tensors)
        {
            if (name.Length == 0 || name.Any(char.IsControl) || name == SafetensorsLimits.Metadata || BytesOf(name) > SafetensorsLimits.MaxNameBytes)
            {
                throw new ArgumentException($"'{name}' is not a valid name of a tensor. Use names of 1 to {SafetensorsLimits.MaxNameBytes} bytes without control characters.", nameof(tensors));
            }

            if (!names.Add(name))
            {
                throw new ArgumentException($"Two tensors are named '{name}'. Give every tensor a unique name.", nameof(tensors));
            }

            if (shape.Length > SafetensorsLimits.MaxDimensions)
            {
                throw new ArgumentException($"Tensor '{name}' has {shape.Length} dimensions, but the maximum is {SafetensorsLimits.MaxDimensions}. Specify a shape with fewer dimensions.", nameof(tensors));
            }
        }

        if (metadata?.Keys.FirstOrDefault(key => BytesOf(key) > SafetensorsLimits.MaxNameBytes) is { } tooLong)
        {
            throw new ArgumentException($"The metadata entry '{tooLong}' is longer than {SafetensorsLimits.MaxNameBytes} bytes. Shorten it.", nameof(metadata));
        }
    }

    private static int BytesOf(string name) => JsonEncodedText.Encode(name, Plain.Encoder).EncodedUtf8Bytes.Length;
}
