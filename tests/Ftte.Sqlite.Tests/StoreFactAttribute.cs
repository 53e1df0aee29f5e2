namespace Ftte;

/// <summary>A test of a store, which needs no other program.</summary>
internal sealed class StoreFactAttribute : FactAttribute;
