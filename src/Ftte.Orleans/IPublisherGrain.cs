using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace Ftte.Orleans;

/// <summary>Merges the sums of the shards of a federation and publishes versions. The key is the name of the federation.</summary>
[Alias("Ftte.Publisher")]
[Version(1)]
internal interface IPublisherGrain : IGrainWithStringKey
{
    /// <summary>Notifies the publisher that a buffer is closed.</summary>
    [Alias("Closed")]
    [OneWay]
    Task ClosedAsync(long buffer);

    /// <summary>Returns what the publication waits for. Also activates the publisher.</summary>
    [Alias("GetStatus")]
    Task<PublisherStatus> GetStatusAsync();
}
