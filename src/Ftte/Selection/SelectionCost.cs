namespace Ftte.Selection;

/// <summary>Represents the costs of a set of choices: peak bytes, payload bytes and multiply-adds per example.</summary>
internal readonly record struct SelectionCost(long Peak, long Payload, long MultiplyAdds);
