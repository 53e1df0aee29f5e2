using System.Collections.Immutable;

namespace Ftte;

/// <summary>The memory budget that a selection must keep.</summary>
/// <param name="Bytes">The budget, in bytes: M_min.</param>
/// <param name="Excluded">The devices that cannot keep it, weakest first.</param>
public sealed record MemoryBudget(long Bytes, ImmutableArray<ClientId> Excluded);
