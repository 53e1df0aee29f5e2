namespace Ftte.PostgreSql;

/// <summary>Represents the row of a federation on a cluster.</summary>
/// <param name="Buffer">The number of the current buffer.</param>
/// <param name="Version">The current version.</param>
/// <param name="IsClosed">True if the buffer accepts no more updates.</param>
/// <param name="Updates">The number of updates in the buffer.</param>
internal readonly record struct ClusterHead(long Buffer, ModelVersion Version, bool IsClosed, int Updates);
