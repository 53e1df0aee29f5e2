using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ftte.TinyEngine.ErrorMessages;

namespace Ftte.TinyEngine;

/// <summary>Represents a file of named tensors in the safetensors format, for the exchange of models with PyTorch and other frameworks.</summary>
/// <remarks>
/// The format (github.com/huggingface/safetensors) is a 64-bit little-endian length, a JSON header of that length with each tensor's type, shape and
/// range of bytes, and the values. It contains no code. Opening reads and validates only the header. Not thread-safe.
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly long _dataStart;
    private readonly Dictionary<string, SafetensorsTensor> _byName;

    private SafetensorsFile(Stream stream, bool leaveOpen, string name)
    {
        _stream = stream;
        _leaveOpen = leaveOpen;
        Name = name;
        (_byName, Dictionary<string, string> metadata, _dataStart) = ReadHeader(stream, name);
        Metadata = metadata;
        Tensors = [.. _byName.Values.OrderBy(tensor => tensor.Start)];
    }

    /// <summary>Gets the tensors, in the order of their values in the file. A tensor with several names occurs once.</summary>
    public ImmutableArray<SafetensorsTensor> Tensors { get; }

    /// <summary>Gets the metadata of the file, such as "format": "pt"; empty if there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Gets the name of the file in error messages.</summary>
    internal string Name { get; }

    /// <summary>Opens a file and reads its header.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The open file; dispose it to close it.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is not a safetensors file, is truncated, or its header contradicts itself or the length of the file; the message states the problem and the solution. Also thrown for
    /// headers of more than 16 MiB, 65,536 tensors, 8 dimensions or 1,024 bytes of a name. Validated before memory is allocated for the declared sizes.
    /// </exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        return Open(DataFile.OpenRead(path), leaveOpen: false, path);
    }

    /// <summary>Reads the header of a file in a stream.</summary>
    /// <param name="stream">The file, from the stream's position to its end. Must be able to seek.</param>
    /// <param name="leaveOpen">True to leave the stream open after this object is disposed.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentException">The stream cannot be read or cannot seek.</exception>
    /// <exception cref="InvalidDataException">As for a path.</exception>
    public static SafetensorsFile Open(Stream stream, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream.CanRead && stream.CanSeek
            ? Open(stream, leaveOpen, InvalidFile.Stream)
            : throw new ArgumentException("The stream cannot be read or cannot seek. Copy it to a file or to memory first.", nameof(stream));
    }

    /// <summary>Writes a file.</summary>
    /// <param name="stream">The destination; stays open. It does not have to support seeking.</param>
    /// <param name="tensors">The tensors, in any order: they are written in the order of their names. The last dimension of the values varies fastest.</param>
    /// <param name="format">The format of the values; exact by default.</param>
    /// <param name="metadata">The metadata of the file; null for none.</param>
    /// <exception cref="ArgumentException">A name is duplicate or invalid, or the number of values does not match a shape. Nothing has been written.</exception>
    /// <exception cref="IOException">The stream cannot be written to.</exception>
    public static void Write(
        Stream stream,
        IReadOnlyList<(string Name, int[] Shape, ReadOnlyMemory<float> Values)> tensors,
        SafetensorsFormat format = SafetensorsFormat.Float32,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        foreach ((string name, int[] shape, ReadOnlyMemory<float> values) in tensors)
        {
            if (SafetensorsWriter.ElementsOf(shape) != values.Length)
            {
                throw new ArgumentException($"Tensor '{name}' has {values.Length} values, but its shape [{string.Join(", ", shape)}] has {SafetensorsWriter.ElementsOf(shape)}. Specify as many values as the shape has.", nameof(tensors));
            }
        }

        int[] order = SafetensorsWriter.OrderOf([.. tensors.Select(tensor => tensor.Name)]);
        SafetensorsWriter.WriteHeader(stream, format, [.. order.Select(i => (tensors[i].Name, tensors[i].Shape))], metadata);
        foreach (int i in order)
        {
            SafetensorsValues.Write(stream, format, tensors[i].Values.Span);
        }
    }

    /// <summary>Finds a tensor by name or alias.</summary>
    /// <remarks>
    /// For weights that two layers share, PyTorch's <c>safetensors.torch.save_model</c> writes one tensor and an entry of <see cref="Metadata"/> whose key is the
    /// other name and whose value is the name of the tensor. Such a key is an alias.
    /// </remarks>
    /// <param name="name">The name or the alias, case-sensitive. A tensor of that name takes precedence over an alias.</param>
    /// <param name="tensor">The tensor, with its own name; null if it is not found.</param>
    /// <returns>True if the tensor is found.</returns>
    public bool TryFind(string name, [NotNullWhen(true)] out SafetensorsTensor? tensor) =>
        _byName.TryGetValue(name, out tensor) || (Metadata.TryGetValue(name, out string? target) && _byName.TryGetValue(target, out tensor));

    /// <summary>Reads the values of a tensor of type F32, BF16 or F16, without allocating.</summary>
    /// <param name="name">The tensor's name, or an alias; see <see cref="TryFind"/>.</param>
    /// <param name="values">Receives the values, the last dimension varying fastest; must have the length of the tensor.</param>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    /// <exception cref="ArgumentException">The destination does not have the length of the tensor.</exception>
    /// <exception cref="InvalidDataException">The tensor is of another type, or the file has become shorter.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void Read(string name, Span<float> values)
    {
        if (!TryFind(name, out SafetensorsTensor? tensor))
        {
            throw new KeyNotFoundException($"{InvalidFile.Describe(Name)} has no tensor named '{name}'. Specify one of: {NameList.Format(Tensors.Select(t => t.Name))}.");
        }

        if (tensor.Type is not (SafetensorsType.Float32 or SafetensorsType.BFloat16 or SafetensorsType.Float16))
        {
            throw InvalidFile.Create(Name, $"tensor '{name}' is of type {tensor.Type}, not F32, BF16 or F16", "convert it before it is saved, with .float() in PyTorch");
        }

        if (values.Length != tensor.ElementCount)
        {
            throw new ArgumentException($"Tensor '{name}' has {tensor.ElementCount} values, but the destination has {values.Length}. Specify a destination of that length.", nameof(values));
        }

        _stream.Position = _dataStart + tensor.Start;
        if (!SafetensorsValues.TryRead(_stream, tensor.Type, values))
        {
            throw InvalidFile.Create(Name, $"it ends within tensor '{name}', although it was long enough when it was opened", "read it while no process writes to it");
        }
    }

    /// <summary>Closes the file, or the stream unless it is left open.</summary>
    public void Dispose()
    {
        if (!_leaveOpen)
        {
            _stream.Dispose();
        }
    }

    private static SafetensorsFile Open(Stream stream, bool leaveOpen, string name)
    {
        try
        {
            return new SafetensorsFile(stream, leaveOpen, name);
        }
        catch when (!leaveOpen)
        {
            stream.Dispose();
            throw;
        }
    }

    private static (Dictionary<string, SafetensorsTensor> Tensors, Dictionary<string, string> Metadata, long DataStart) ReadHeader(Stream stream, string name)
    {
        long start = stream.Position, length = stream.Length - start;
        Span<byte> prefix = stackalloc byte[SafetensorsLimits.PrefixBytes];
        if (stream.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false) < prefix.Length)
        {
            throw InvalidFile.Create(name, $"it has {length} bytes, too few for a safetensors file", "get the file again");
        }

        ulong declared = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (declared > SafetensorsLimits.MaxHeaderBytes || (long)declared > length - prefix.Length)
        {
            throw InvalidFile.Create(name, $"it declares a header of {declared} bytes, more than the file has or more than {SafetensorsLimits.MaxHeaderBytes}", "specify a safetensors file, or get it again");
        }

        byte[] header = new byte[(int)declared];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
        {
            throw InvalidFile.Create(name, "it became shorter while it was read", "read it while no process writes to it");
        }

        long dataStart = prefix.Length + header.Length;
        (Dictionary<string, SafetensorsTensor> tensors, Dictionary<string, string> metadata) = SafetensorsHeader.Read(header, length - dataStart, name);
        return (tensors, metadata, start + dataStart);
    }
}
