using Orleans.CodeGeneration;

namespace Ftte.Orleans;

/// <summary>Serves a part of the clients of a federation: assigns work to them and folds their updates.</summary>
/// <remarks>The key is the number of the shard, with the name of the federation. Arguments and results are messages of the wire format, which has versions and checksums of its own.</remarks>
[Alias("Ftte.Shard")]
[Version(1)]
internal interface IShardGrain : IGrainWithIntegerCompoundKey
{
    /// <summary>Requests work.</summary>
    /// <param name="request">A <see cref="Wire.CheckOutRequestMessage"/>.</param>
    /// <returns>A <see cref="Wire.CheckOutReferenceMessage"/> with an empty reference: the caller reads the parameters from its own copy of the version.</returns>
    [Alias("CheckOut")]
    Task<byte[]> CheckOutAsync([Immutable] byte[] request);

    /// <summary>Renews the lease of an assignment.</summary>
    [Alias("RenewLease")]
    Task<bool> RenewLeaseAsync(string client, ulong assignment);

    /// <summary>Submits an update. The result is durable.</summary>
    /// <param name="update">An <see cref="Wire.UpdateMessage"/>.</param>
    /// <returns>A <see cref="Wire.ReceiptMessage"/>.</returns>
    [Alias("Submit")]
    Task<byte[]> SubmitAsync([Immutable] byte[] update);

    /// <summary>Returns the sums of the updates in a buffer.</summary>
    /// <param name="buffer">The number of the buffer.</param>
    /// <param name="count">The number of updates of this shard in the database.</param>
    /// <returns>A <see cref="Aggregation.PartialAggregate"/>; null if the shard has to read the database first.</returns>
    [Alias("GetPart")]
    Task<byte[]?> GetPartAsync(long buffer, int count);

    /// <summary>Returns the clients that were seen last.</summary>
    [Alias("GetClients")]
    Task<ShardClient[]> GetClientsAsync(int max);

    /// <summary>Returns the status of the shard.</summary>
    [Alias("GetStatus")]
    Task<ShardStatus> GetStatusAsync();
}
