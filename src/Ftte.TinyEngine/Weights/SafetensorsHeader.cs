using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Unicode;
using Ftte.TinyEngine.ErrorMessages;

namespace Ftte.TinyEngine;

/// <summary>Reads the JSON header of a safetensors file, which is not trusted.</summary>
internal ref struct SafetensorsHeader
{
    private const string GetAgain = "get the file again, or write it with a safetensors library";

    private readonly string _file;
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafetensorsTensor> _tensors = new(StringComparer.Ordinal);
    private Utf8JsonReader _json;

    private SafetensorsHeader(ReadOnlySpan<byte> json, string file)
    {
        _file = file;

        // The levels are the header, a tensor and its shape.
        _json = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 3 });
    }

    /// <summary>Reads the header, and validates that the tensors fill the data without gaps or overlap.</summary>
    /// <returns>The tensors by name, and the metadata.</returns>
    /// <exception cref="InvalidDataException">The header is invalid.</exception>
    public static (Dictionary<string, SafetensorsTensor> Tensors, Dictionary<string, string> Metadata) Read(
        ReadOnlySpan<byte> json, long dataLength, string file)
    {
        if (json is not [(byte)'{', ..] || !Utf8.IsValid(json))
        {
            throw InvalidFile.Create(file, "its header is not a JSON object in UTF-8", GetAgain);
        }

        var header = new SafetensorsHeader(json, file);
        try
        {
            header.ReadAll();
        }
        catch (Exception refused) when (refused is JsonException or InvalidOperationException)
        {
            // The latter exception is caused by a name with half a surrogate pair. The parser's message is not used, because it contains line breaks and text of the file.
            throw InvalidFile.Create(file, "its header is not well-formed JSON, or is nested too deeply", GetAgain, refused);
        }

        header.CheckRanges(dataLength);
        return (header._tensors, header._metadata);
    }

    private void ReadAll()
    {
        bool hasMetadata = false;
        Next(JsonTokenType.StartObject, "an object");
        while (NextName() is { } name)
        {
            if (name == SafetensorsLimits.Metadata)
            {
                Check(!hasMetadata, $"its header contains {name} twice");
                hasMetadata = true;
                ReadMetadata();
                continue;
            }

            Check(name.Length > 0 && !HasControl(name), "a tensor's name is empty or has control characters");
            Check(_tensors.Count < SafetensorsLimits.MaxTensors, $"it has more than {SafetensorsLimits.MaxTensors} tensors");
            Check(_tensors.TryAdd(name, ReadTensor(name)), $"it has two tensors named '{name}'");
        }

        Check(!_json.Read(), "its header continues after its end");
    }

    private void ReadMetadata()
    {
        Next(JsonTokenType.StartObject, "an object");
        while (NextName() is { } key)
        {
            Next(JsonTokenType.String, "text");
            Check(_metadata.Count < SafetensorsLimits.MaxMetadata, $"its metadata has more than {SafetensorsLimits.MaxMetadata} entries");
            Check(_metadata.TryAdd(key, _json.GetString()!), "its metadata contains an entry twice");
        }
    }

    private SafetensorsTensor ReadTensor(string name)
    {
        string? type = null;
        int size = 0, dimensions = -1, offsets = -1;
        Span<long> shape = stackalloc long[SafetensorsLimits.MaxDimensions];
        Span<long> range = stackalloc long[2];
        Next(JsonTokenType.StartObject, "an object");
        while (Next() != JsonTokenType.EndObject)
        {
            if (_json.ValueTextEquals("dtype"u8))
            {
                Check(type is null, $"tensor '{name}' has two types");
                Next(JsonTokenType.String, "the name of a type");
                type = ReadType(name, out size);
            }
            else if (_json.ValueTextEquals("shape"u8))
            {
                Check(dimensions < 0, $"tensor '{name}' has two shapes");
                dimensions = ReadNumbers(name, shape);
            }
            else
            {
                Check(_json.ValueTextEquals("data_offsets"u8) && offsets < 0, $"tensor '{name}' has more than one type, one shape and two offsets");
                offsets = ReadNumbers(name, range);
            }
        }

        Check(type is not null && dimensions >= 0 && offsets == 2, $"tensor '{name}' lacks its type, its shape or its two offsets");
        long elements = 1;
        foreach (long dimension in shape[..dimensions])
        {
            Check(dimension == 0 || elements <= long.MaxValue / Math.Max(size, 1) / dimension, $"tensor '{name}' has more values than can be counted");
            elements *= dimension;
        }

        long length = range[1] - range[0];

        // The size of a value of an unknown type is not known, but the tensor can be skipped because the header states its end.
        Check(size == 0 ? length >= 0 : length == elements * size, $"tensor '{name}' takes {length} bytes, but its shape and type need {elements * size}");
        return new SafetensorsTensor(name, type!, ImmutableArray.Create<long>(shape[..dimensions]), elements, range[0], length);
    }

    /// <summary>Reads the name of a type, known or not.</summary>
    private readonly string ReadType(string name, out int size)
    {
        string type = SafetensorsType.Find(in _json, out size);
        if (size > 0)
        {
            return type;
        }

        Check(_json.ValueSpan.Length is > 0 and <= SafetensorsLimits.MaxTypeBytes, $"tensor '{name}' has a type without a name, or with one of more than {SafetensorsLimits.MaxTypeBytes} bytes");
        type = _json.GetString()!;
        Check(!HasControl(type), $"tensor '{name}' has a type whose name has control characters");
        return type;
    }

    private static bool HasControl(string name) => name.AsSpan().ContainsAnyInRange('\0', '\x1F') || name.Contains('\x7F', StringComparison.Ordinal);

    /// <summary>Reads a list of counts and returns their number.</summary>
    private int ReadNumbers(string name, scoped Span<long> numbers)
    {
        Next(JsonTokenType.StartArray, "a list");
        int count = 0;
        while (Next() != JsonTokenType.EndArray)
        {
            Check(count < numbers.Length, $"tensor '{name}' has more than {SafetensorsLimits.MaxDimensions} dimensions or 2 offsets");
            Check(
                _json.TokenType == JsonTokenType.Number && _json.TryGetInt64(out numbers[count]) && numbers[count] >= 0,
                $"tensor '{name}' has a dimension or an offset that is not an integer from 0 to {long.MaxValue}");
            count++;
        }

        return count;
    }

    private readonly void CheckRanges(long dataLength)
    {
        SafetensorsTensor[] inOrder = [.. _tensors.Values];
        Array.Sort(inOrder, static (a, b) => (a.Start, a.Length).CompareTo((b.Start, b.Length)));
        long end = 0;
        foreach (SafetensorsTensor tensor in inOrder)
        {
            Check(tensor.Start == end, $"tensor '{tensor.Name}' begins at byte {tensor.Start} of the data, but the previous one ends at {end}");
            end += tensor.Length;
            Check(end <= dataLength, $"tensor '{tensor.Name}' ends at byte {end} of the data, which has {dataLength}");
        }

        Check(end == dataLength, $"its tensors take {end} bytes of the data, which has {dataLength}");
    }

    private string? NextName()
    {
        if (Next() == JsonTokenType.EndObject)
        {
            return null;
        }

        Check(_json.ValueSpan.Length <= SafetensorsLimits.MaxNameBytes, $"it has a name of more than {SafetensorsLimits.MaxNameBytes} bytes");
        return _json.GetString();
    }

    private JsonTokenType Next()
    {
        Check(_json.Read(), "its header ends early");
        return _json.TokenType;
    }

    private void Next(JsonTokenType expected, string expectedName)
    {
        if (Next() != expected)
        {
            throw InvalidFile.Create(_file, $"its header contains another token in place of {expectedName}", GetAgain);
        }
    }

    private readonly void Check(bool holds, string message)
    {
        if (!holds)
        {
            throw InvalidFile.Create(_file, message, GetAgain);
        }
    }

    private readonly void Check(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref CheckMessage message)
    {
        if (!holds)
        {
            throw InvalidFile.Create(_file, message.ToStringAndClear(), GetAgain);
        }
    }
}
