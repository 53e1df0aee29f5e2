using Ftte.Wire;

namespace Ftte.AspNetCore.Blobs;

/// <summary>Stores the blobs that devices download, least recently used first, and encodes each one once.</summary>
/// <remarks>
/// Thread-safe. A blob that is removed while it is sent stays alive until it was sent. Because a device that reads slowly would keep an old model alive for as long as it wants, such blobs
/// have a limit of their own: if they exceed it, the downloads of the oldest ones are ended.
/// </remarks>
internal sealed class BlobCache(long maxBytes, long maxRemovedBytes, int maxEncodedBytes)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<BlobSource, Lazy<Task<ModelBlob>>> _bySource = [];
    private readonly Dictionary<string, LinkedListNode<BlobEntry>> _byDigest = [];
    private readonly LinkedList<BlobEntry> _byUse = [];
    private readonly LinkedList<BlobEntry> _removed = [];
    private long _retainedBytes;
    private long _removedBytes;

    /// <summary>Gets the memory that the blobs keep alive, in bytes.</summary>
    public long RetainedBytes
    {
        get
        {
            lock (_lock)
            {
                return _retainedBytes + _removedBytes;
            }
        }
    }

    /// <summary>Returns the blob of a version's coordinates. Devices that lack the same ones share it.</summary>
    public async Task<ModelBlob> GetAsync(ModelSnapshot model, ParameterSelection selection, ValueFormat format)
    {
        var source = new BlobSource(model.Version, model.Fingerprint, selection, format);
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
            lock (_lock)
            {
                Find(encoded.Reference.Sha256);
            }

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

    /// <summary>Starts a download of the blob with a digest, and records that it was used; returns null if there is none.</summary>
    public BlobUse? Open(string digest)
    {
        lock (_lock)
        {
            if (Find(digest) is not { } entry)
            {
                return null;
            }

            entry.Downloads++;
            return new BlobUse(this, entry);
        }
    }

    /// <summary>Ends a download.</summary>
    public void Close(BlobEntry entry)
    {
        lock (_lock)
        {
            if (--entry.Downloads == 0 && _removed.Remove(entry))
            {
                _removedBytes -= entry.Blob.RetainedBytes;
            }
        }
    }

    private BlobEntry? Find(string digest)
    {
        if (!_byDigest.TryGetValue(digest, out LinkedListNode<BlobEntry>? node))
        {
            return null;
        }

        _byUse.Remove(node);
        _byUse.AddLast(node);
        return node.Value;
    }

    private ModelBlob Add(BlobSource source, ModelSnapshot model)
    {
        var blob = new ModelBlob(model, source.Selection, source.Format, maxEncodedBytes);
        var ended = new List<BlobEntry>();
        lock (_lock)
        {
            if (_byDigest.TryGetValue(blob.Reference.Sha256, out LinkedListNode<BlobEntry>? same))
            {
                same.Value.Sources.Add(source);
                return same.Value.Blob;
            }

            _byDigest.Add(blob.Reference.Sha256, _byUse.AddLast(new BlobEntry(blob, source)));
            _retainedBytes += blob.RetainedBytes;
            while (_retainedBytes > maxBytes && _byUse.Count > 1)
            {
                RemoveOldest();
            }

            // The newest one may be that of the previous version, which honest devices are downloading.
            while (_removedBytes > maxRemovedBytes && _removed.Count > 1)
            {
                BlobEntry oldest = _removed.First!.Value;
                _removed.RemoveFirst();
                _removedBytes -= oldest.Blob.RetainedBytes;
                ended.Add(oldest);
            }
        }

        ended.ForEach(entry => entry.Ended.Cancel());
        return blob;
    }

    private void RemoveOldest()
    {
        BlobEntry oldest = _byUse.First!.Value;
        _byUse.RemoveFirst();
        _byDigest.Remove(oldest.Blob.Reference.Sha256);
        oldest.Sources.ForEach(source => _bySource.Remove(source));
        _retainedBytes -= oldest.Blob.RetainedBytes;
        if (oldest.Downloads > 0)
        {
            _removed.AddLast(oldest);
            _removedBytes += oldest.Blob.RetainedBytes;
        }
    }
}
