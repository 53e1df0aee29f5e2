using System.Buffers;
using System.Security.Cryptography;
using Ftte.Wire;

namespace Ftte.AspNetCore.Blobs;

/// <summary>Represents packed parameters of one version, which never change, under the SHA-256 of their bytes.</summary>
/// <remarks>A short one keeps its bytes. A long one keeps the snapshot, which all devices share, and is encoded while it is sent.</remarks>
internal sealed class ModelBlob
{
    private const int BufferBytes = 64 * 1024;

    private readonly byte[]? _bytes;
    private readonly ModelSnapshot? _model;
    private readonly ParameterSelection? _selection;

    /// <summary>Encodes parameters and computes their digest.</summary>
    public ModelBlob(ModelSnapshot model, ParameterSelection selection, ValueFormat format, int maxEncodedBytes)
    {
        Length = ParameterBlobReader.GetLength(selection.Count, format);
        var reader = new ParameterBlobReader(model.Parameters, selection, format, model.Fingerprint);
        string digest;
        if (Length <= maxEncodedBytes)
        {
            _bytes = new byte[Length];
            reader.Read(_bytes);
            digest = Convert.ToHexStringLower(SHA256.HashData(_bytes));
            RetainedBytes = Length;
        }
        else
        {
            (_model, _selection) = (model, selection);
            digest = ComputeDigest(reader);
            RetainedBytes = (long)sizeof(float) * model.Parameters.Length;
        }

        Reference = new BlobReference(digest, format);
    }

    public BlobReference Reference { get; }

    public long Length { get; }

    /// <summary>Gets the memory that this blob keeps alive, in bytes.</summary>
    public long RetainedBytes { get; }

    /// <summary>Opens the bytes as a stream that can seek.</summary>
    public Stream Open() => _bytes is { } bytes
        ? new MemoryStream(bytes, writable: false)
        : new ModelStream(_model!, _selection!, Reference.Format, Length);

    private static string ComputeDigest(ParameterBlobReader reader)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        for (int read; (read = reader.Read(buffer)) > 0;)
        {
            hash.AppendData(buffer.AsSpan(0, read));
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
