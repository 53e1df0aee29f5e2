namespace Ftte.AspNetCore.Endpoints;

/// <summary>Keeps the start of updates whose upload was interrupted: one per device, for a limited time, in limited memory.</summary>
/// <remarks>Thread-safe. In memory only: after a restart of the server, a device sends its update from the start.</remarks>
internal sealed class PartialUploads(long maxBytes, TimeSpan lifetime, TimeProvider time)
{
    private readonly Lock _lock = new();

    // A node is in the list while no request has its upload.
    private readonly Dictionary<string, LinkedListNode<PartialUpload>> _byOwner = [];
    private readonly LinkedList<PartialUpload> _keptByTime = [];
    private long _retainedBytes;

    /// <summary>Gets the memory of the uploads that no request has, in bytes.</summary>
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

    /// <summary>Returns the upload of an update, empty if nothing of it is kept. Another update of the same device is removed.</summary>
    /// <remarks>
    /// If another request of the device has the upload, that request is ended first: a device sends one at a time, so it has given up that one, and the server has not noticed yet.
    /// </remarks>
    /// <param name="owner">The client ID that was authenticated; null without authentication, and then nothing is kept.</param>
    /// <param name="update">The ID of the update.</param>
    /// <param name="cancellationToken">Ends the wait for another request.</param>
    /// <returns>The upload, to be passed to <see cref="Return"/>.</returns>
    public async Task<PartialUpload> TakeAsync(string? owner, UpdateId update, CancellationToken cancellationToken)
    {
        if (owner is null)
        {
            return new PartialUpload(owner, update, new RequestBody());
        }

        while (true)
        {
            LinkedListNode<PartialUpload>? known;
            lock (_lock)
            {
                RemoveExpired();
                if (!_byOwner.TryGetValue(owner, out known) || known.List is not null)
                {
                    var upload = new PartialUpload(owner, update, TakeBody(known, update) ?? new RequestBody());
                    _byOwner[owner] = new LinkedListNode<PartialUpload>(upload);
                    return upload;
                }
            }

            await known.Value.InterruptAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the use of an upload by a request.</summary>
    /// <param name="upload">The upload. Its body must not be used afterwards.</param>
    /// <param name="keep">True to keep what has arrived; false to remove it.</param>
    public void Return(PartialUpload upload, bool keep)
    {
        lock (_lock)
        {
            upload.Return(time.GetTimestamp());
            if (upload.Owner is null)
            {
                upload.Body.Dispose();
                return;
            }

            LinkedListNode<PartialUpload> node = _byOwner[upload.Owner];
            _keptByTime.AddLast(node);
            _retainedBytes += upload.Body.RetainedBytes;
            if (!keep || upload.Body.Length == 0)
            {
                Remove(node);
            }

            while (_retainedBytes > maxBytes)
            {
                Remove(_keptByTime.First!);
            }
        }
    }

    private RequestBody? TakeBody(LinkedListNode<PartialUpload>? kept, UpdateId update)
    {
        if (kept is null)
        {
            return null;
        }

        if (kept.Value.Update != update)
        {
            Remove(kept);
            return null;
        }

        _keptByTime.Remove(kept);
        _retainedBytes -= kept.Value.Body.RetainedBytes;
        return kept.Value.Body;
    }

    private void RemoveExpired()
    {
        while (_keptByTime.First is { } first && time.GetElapsedTime(first.Value.ReturnedAt) >= lifetime)
        {
            Remove(first);
        }
    }

    private void Remove(LinkedListNode<PartialUpload> kept)
    {
        _keptByTime.Remove(kept);
        _byOwner.Remove(kept.Value.Owner!);
        _retainedBytes -= kept.Value.Body.RetainedBytes;
        kept.Value.Body.Dispose();
    }
}
