namespace Ftte;

/// <summary>A test of a store with data, which needs no other program.</summary>
internal sealed class StoreTheoryAttribute : TheoryAttribute;
