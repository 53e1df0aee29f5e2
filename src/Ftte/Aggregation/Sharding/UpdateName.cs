namespace Ftte.Aggregation;

/// <summary>Identifies an update. All updates of a client belong to the same shard.</summary>
/// <param name="Client">The client.</param>
/// <param name="Id">The ID of the update.</param>
internal readonly record struct UpdateName(ClientId Client, UpdateId Id);
