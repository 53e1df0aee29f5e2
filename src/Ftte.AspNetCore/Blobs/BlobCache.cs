using Ftte.Wire;

namespace Ftte.AspNetCore.Blobs;

/// <summary>Stores the blobs that devices download, least recently used first, and encodes each one once.</summary>
/// <remarks>Thread-safe. A blob that is removed while it is sent stays alive until it was sent.</remarks>
internal sealed class BlobCache(long maxBytes, int maxEncodedBytes)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Source, Lazy<Task<ModelBlob>>> _bySource = [];
    private readonly Dictionary<string, LinkedListNode<Entry>> _byDigest = [];
    private readonly LinkedList<Entry> _byUse = [];
    private long _retainedBytes;

    /// <summary>Gets the memory that the blobs keep alive, in bytes.</summary>
    public long RetainedBytes
    {
        get
        {
            lock (_lock)
            {
                return _retainedBytes;
            }
        }
    }

    /// <summary>Returns the blob of a version's coordinates. Devices that lack the same ones share it.</summary>
    public async Task<ModelBlob> GetAsync(ModelSnapshot model, ParameterSelection selection, ValueFormat format)
    {
        var source = new Source(model.Version, model.Fingerprint, selection, format);
        Lazy<Task<ModelBlob>>? blob;
        lock (_lock)
        {
            if (!_bySource.TryGetValue(source, out blob))
            {
                // A large model takes seconds to encode, during which other devices that need it wait without a thread.
                blob = new Lazy<Task<ModelBlob>>(() => Task.Run(() => Add(source, model)));
                _bySource.Add(source, blob);
            }
        }

        try
        {
            ModelBlob encoded = await blob.Value.ConfigureAwait(false);
            Find(encoded.Reference.Sha256);
            return encoded;
        }
        catch
        {
            lock (_lock)
            {
                _bySource.Remove(source);
            }

            throw;
        }
    }

    /// <summary>Returns the blob with a digest, and records that it was used; null if there is none.</summary>
    public ModelBlob? Find(string digest)
    {
        lock (_lock)
        {
            if (!_byDigest.TryGetValue(digest, out LinkedListNode<Entry>? node))
            {
                return null;
            }

            _byUse.Remove(node);
            _byUse.AddLast(node);
            return node.Value.Blob;
        }
    }

    private ModelBlob Add(Source source, ModelSnapshot model)
    {
        var blob = new ModelBlob(model, source.Selection, source.Format, maxEncodedBytes);
        lock (_lock)
        {
            if (_byDigest.TryGetValue(blob.Reference.Sha256, out LinkedListNode<Entry>? same))
            {
                same.Value.Sources.Add(source);
                return same.Value.Blob;
            }

            _byDigest.Add(blob.Reference.Sha256, _byUse.AddLast(new Entry(blob, [source])));
            _retainedBytes += blob.RetainedBytes;
            while (_retainedBytes > maxBytes && _byUse.Count > 1)
            {
                RemoveOldest();
            }
        }

        return blob;
    }

    private void RemoveOldest()
    {
        Entry oldest = _byUse.First!.Value;
        _byUse.RemoveFirst();
        _byDigest.Remove(oldest.Blob.Reference.Sha256);
        oldest.Sources.ForEach(source => _bySource.Remove(source));
        _retainedBytes -= oldest.Blob.RetainedBytes;
    }

    /// <summary>Identifies what a blob is encoded from, without keeping the model alive.</summary>
    private sealed record Source(ModelVersion Version, ulong Fingerprint, ParameterSelection Selection, ValueFormat Format);

    private sealed record Entry(ModelBlob Blob, List<Source> Sources);
}
