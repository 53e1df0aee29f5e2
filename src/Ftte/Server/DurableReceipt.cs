namespace Ftte;

/// <summary>Represents a receipt that may be sent when a commit has succeeded.</summary>
/// <param name="Receipt">The receipt.</param>
/// <param name="Committed">Completes with true when everything that the receipt reports is durable.</param>
internal readonly record struct DurableReceipt(UpdateReceipt Receipt, Task<bool> Committed);
