namespace Ftte.PostgreSql;

/// <summary>Represents a selection that the publisher of a cluster announced.</summary>
/// <param name="Version">The number of the selection.</param>
/// <param name="Selection">The coordinates.</param>
/// <param name="RequiredMemoryBytes">The memory that training the selection requires on a device, in bytes.</param>
internal sealed record ClusterSelection(SelectionVersion Version, ParameterSelection Selection, long RequiredMemoryBytes);
