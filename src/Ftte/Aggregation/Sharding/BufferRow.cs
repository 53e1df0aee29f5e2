namespace Ftte.Aggregation;

/// <summary>Represents a committed update of the current buffer.</summary>
/// <param name="Shard">The number of the shard that committed and folds it.</param>
/// <param name="Update">The update.</param>
internal readonly record struct BufferRow(int Shard, UpdateName Update);
