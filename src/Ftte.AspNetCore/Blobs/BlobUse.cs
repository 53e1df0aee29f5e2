namespace Ftte.AspNetCore.Blobs;

/// <summary>Represents a download in progress. Its blob counts toward the memory of the cache until it is disposed.</summary>
internal sealed class BlobUse(BlobCache cache, BlobEntry entry) : IDisposable
{
    public ModelBlob Blob => entry.Blob;

    /// <summary>Gets a token that is canceled if the cache needs the memory.</summary>
    public CancellationToken Ended => entry.Ended.Token;

    public void Dispose() => cache.Close(entry);
}
