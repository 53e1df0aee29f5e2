using System.Collections.Immutable;

namespace Ftte;

/// <summary>Represents the memory budget of a selection.</summary>
/// <param name="Bytes">The smallest memory budget of the devices that are not excluded, in bytes.</param>
/// <param name="Excluded">The devices with less memory, in ascending order of memory.</param>
public sealed record MemoryBudget(long Bytes, ImmutableArray<ClientId> Excluded);
