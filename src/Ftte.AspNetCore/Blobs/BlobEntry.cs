namespace Ftte.AspNetCore.Blobs;

/// <summary>Represents a blob of the cache, with what it was encoded from and the downloads in progress.</summary>
internal sealed class BlobEntry(ModelBlob blob, BlobSource source)
{
    public ModelBlob Blob => blob;

    public List<BlobSource> Sources { get; } = [source];

    /// <summary>Gets or sets the number of downloads in progress.</summary>
    public int Downloads { get; set; }

    /// <summary>Gets the source of the token that ends the downloads.</summary>
    public CancellationTokenSource Ended { get; } = new();
}
