using Ftte.Aggregation;

namespace Ftte.PostgreSql;

/// <summary>Represents the updates that a shard commits.</summary>
/// <param name="Buffer">The number of the buffer that the shard fills.</param>
/// <param name="Shard">The number of the shard.</param>
/// <param name="Updates">The updates, all different, as messages.</param>
/// <param name="IsRepeated">Whether they repeat a transaction whose result is not known.</param>
internal sealed record ShardCommit(long Buffer, int Shard, IReadOnlyList<(UpdateName Name, byte[] Bytes)> Updates, bool IsRepeated);
