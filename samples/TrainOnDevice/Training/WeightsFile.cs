using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Ftte;

namespace TrainOnDevice.Training;

/// <summary>Weights in a safetensors file: the length of a JSON header, the header with each tensor's type, shape and place, then the values.</summary>
internal static class WeightsFile
{
    private const int LongestHeader = 10_000_000;

    /// <summary>Reads the tensors of a layout, each by its name; others in the file are not looked at.</summary>
    /// <param name="path">The file.</param>
    /// <param name="layout">What is needed.</param>
    /// <param name="parameters">Receives the flat vector.</param>
    /// <exception cref="InputException">The file is not what it should be, or a tensor is missing or of another shape.</exception>
    public static void Read(string path, ParameterLayout layout, Span<float> parameters)
    {
        try
        {
            byte[] file = File.ReadAllBytes(path);
            long length = file.Length >= sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(file) : -1;
            if (length is < 2 or > LongestHeader || length > file.Length - sizeof(long))
            {
                throw Bad(path, "it does not begin like a safetensors file");
            }

            using JsonDocument header = JsonDocument.Parse(file.AsMemory(sizeof(long), (int)length));
            ReadOnlySpan<byte> data = file.AsSpan(sizeof(long) + (int)length);
            foreach (ParameterBlock block in layout.Blocks)
            {
                ReadOnlySpan<byte> bytes = Find(path, header.RootElement, block, data);
                Span<float> values = parameters.Slice(block.Range.Start, block.Range.Length);
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
                }
            }
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--weights '{path}': it cannot be read; see that you may read it.", refusal);
        }
        catch (Exception damage) when (damage is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw Bad(path, "its header is damaged", damage);
        }
    }

    /// <summary>Writes every tensor of a layout.</summary>
    public static void Write(string path, ParameterLayout layout, ReadOnlySpan<float> parameters)
    {
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            foreach (ParameterBlock block in layout.Blocks)
            {
                json.WriteStartObject(block.Name);
                json.WriteString("dtype", "F32");
                WriteNumbers(json, "shape", [.. block.Shape.Select(side => (long)side)]);
                WriteNumbers(json, "data_offsets", [sizeof(float) * (long)block.Range.Start, sizeof(float) * (long)block.Range.End]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (header.Length % sizeof(long) != 0)
        {
            header.WriteByte((byte)' '); // so that the values are aligned
        }

        using FileStream file = File.Create(path);
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        file.Write(length);
        header.WriteTo(file);
        if (BitConverter.IsLittleEndian)
        {
            file.Write(MemoryMarshal.AsBytes(parameters));
            return;
        }

        foreach (float value in parameters)
        {
            BinaryPrimitives.WriteSingleLittleEndian(length, value);
            file.Write(length[..sizeof(float)]);
        }
    }

    private static ReadOnlySpan<byte> Find(string path, JsonElement header, ParameterBlock block, ReadOnlySpan<byte> data)
    {
        if (!header.TryGetProperty(block.Name, out JsonElement tensor))
        {
            throw Bad(path, $"it has no tensor '{block.Name}'");
        }

        string type = tensor.GetProperty("dtype").GetString() ?? "";
        long[] shape = [.. tensor.GetProperty("shape").EnumerateArray().Select(side => side.GetInt64())];
        if (type != "F32" || !shape.SequenceEqual(block.Shape.Select(side => (long)side)))
        {
            throw Bad(path, $"its tensor '{block.Name}' is {type} [{string.Join(", ", shape)}], the network's F32 [{string.Join(", ", block.Shape)}]");
        }

        JsonElement place = tensor.GetProperty("data_offsets");
        (long start, long end) = (place[0].GetInt64(), place[1].GetInt64());
        return start >= 0 && end <= data.Length && end - start == sizeof(float) * (long)block.Range.Length
            ? data[(int)start..(int)end]
            : throw Bad(path, $"its tensor '{block.Name}' lies outside the file or has the wrong size");
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static InputException Bad(string path, string what, Exception? inner = null) =>
        new($"--weights '{path}': {what}; give weights of this network, as --save writes them.", inner);
}
